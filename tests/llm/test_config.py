"""Settings from the environment and from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from whence.agent.policies.llm.config import DUMMY_KEY, OPENAI, load_config
from whence.tools.domain.errors import UsageError

SECRET = "sk-very-secret-0123456789"


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"WHENCE_HOME": str(tmp_path), "WHENCE_MODEL": "m", "OPENAI_API_KEY": SECRET} | more


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    config = load_config(variables(tmp_path))
    assert (config.model, config.base_url, config.api_key.get_secret_value()) == ("m", OPENAI, SECRET)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        f'[model]\nmodel="n"\napi_key="{SECRET}x"\nread_s=7\nbase_url="https://a.example/v1/"\n'
    )
    config = load_config(variables(tmp_path))
    assert (config.model, config.base_url, config.read_s) == ("m", "https://a.example/v1", 7)
    assert config.api_key.get_secret_value() == SECRET


def test_a_file_may_name_the_variable_that_holds_the_key(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('[model]\nmodel="n"\napi_key_env="MINE"\nbase_url="https://a.example/v1"\n')
    config = load_config({"WHENCE_CONFIG": str(tmp_path / "c.toml"), "MINE": SECRET})
    assert config.api_key.get_secret_value() == SECRET


def test_a_key_that_the_file_names_is_not_replaced_by_another_providers(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[model]\nmodel="n"\napi_key_env="MINE"\nbase_url="https://a.example/v1"\n')
    assert load_config(variables(tmp_path, MINE="mine-0123456789")).api_key.get_secret_value() == "mine-0123456789"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434/v1",
        "http://127.0.0.1:1/v1",
        "http://[::1]:8000/v1",
        "http://vllm:8000/v1",
        "http://192.168.1.9/v1",
    ],
)
def test_local_servers_need_no_key(tmp_path: Path, url: str) -> None:
    config = load_config({"WHENCE_HOME": str(tmp_path), "WHENCE_MODEL": "m", "OPENAI_BASE_URL": url})
    assert config.api_key.get_secret_value() == DUMMY_KEY
    assert config.is_local


def test_the_key_is_in_no_form_of_the_settings(tmp_path: Path) -> None:
    config = load_config(variables(tmp_path))
    assert SECRET not in f"{config}{config!r}{config.model_dump_json()}{config.model_dump()}"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"WHENCE_MODEL": ""}, "WHENCE_MODEL"),
        ({"OPENAI_API_KEY": ""}, "OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": f"{SECRET}\nx"}, "position 26"),
        ({"OPENAI_API_KEY": f"{SECRET}é"}, "position 26"),
        ({"OPENAI_BASE_URL": "localhost:11434"}, "http://"),
        ({"OPENAI_BASE_URL": "ftp://a/v1"}, "http://"),
        ({"OPENAI_BASE_URL": f"https://me:{SECRET}@a.example/v1"}, "user name"),
        ({"OPENAI_BASE_URL": f"https://a.example/v1?key={SECRET}"}, "query"),
        ({"OPENAI_BASE_URL": "http://a.example/v1"}, "unencrypted"),
        ({"OPENAI_BASE_URL": "https://a.example:port/v1"}, "cannot be read"),
        ({"WHENCE_CONFIG": "/nowhere/c.toml"}, "No such file"),
    ],
)
def test_incomplete_settings_say_what_to_do_and_never_the_key(
    tmp_path: Path, more: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load_config(variables(tmp_path, **more))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"[model]\napi_key = {SECRET}", f'model = "{SECRET}"', f'[model]\nmodle = "{SECRET}"', "[model]\nread_s = nan",
        f'[model]\nread_s = "{SECRET}"', f'[model]\napi_key_env = "{SECRET}"', "[model]\ntotal_s = inf", "\xff",
        f'[model]\nheaders = "{SECRET}"', f'[model.headers]\nAuthorization = "{SECRET}"', f'[model.headers]\nX = "{SECRET}é"',
        f'[model.headers]\n"X Y" = "{SECRET}"', f'[model]\napi = "{SECRET}"', f'[model]\nazure_api_version = "{SECRET}/"',
        "[model]\napi_key_env = 3", "[model]\nretries_per_run = -1",
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_without_its_contents(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, encoding="latin-1")
    with pytest.raises(UsageError) as caught:
        load_config(variables(tmp_path))
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__context__)
