"""Sentences that a lying model plants, by kind, and true ones that must pass; about the three scripted analyses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Lie(NamedTuple):
    """A false sentence and what it cites."""

    kind: str
    text: str
    cites: tuple[str, ...] = ("E4",)
    case: str = "experiment"
    headline: bool = False


EXPERIMENT: Mapping[str, tuple[str, ...]] = {
    "altered digit": (
        "Training raises re78 by 1,795.", "The estimate is 1794.35.", "The interval runs from 475 to 3,115.",
        "It rests on 446 men.", "The level of the interval is 96 %.",
    ),
    "wrong unit or scale": (
        "Training raises re78 by 1.794 million.", "Training raises re78 by 1,794 thousand.", "Training raises re78 by 1,794 %.",
        "Training raises re78 by 1,794k.", "The estimate is 17.94.", "The estimate is 1.794.", "The estimate is 1,794 per cent.",
        "Training raises re78 by 1,794 euros.", "Training raises re78 by £1,794.", "Training raises re78 by 1,794 cents.",
        "Training raises re78 by 1,794 years.", "It helped 1,794 men.", "The interval is 474 to 3,115 pounds.",
    ),
    "swapped or torn interval": (
        "The interval is 3115 to 474.", "It lies between 3,115 and 474.", "The estimate is 1794 (95 % interval 3115 to 474).",
        "The interval is 474 to 2995.",
    ),
    "invented p-value": (
        "The difference is clear (p = 0.004).", "The p-value is 0.012.", "It holds with p < 0.0001.", "It holds, p=.001.",
        "The p-value of 1794 is small.",
    ),
    "number words": (
        "Training made earnings three times as high.", "Training doubled earnings.", "Earnings were twice as high.",
        "Earnings tripled under training.", "It added two thousand dollars.", "Earnings rose by fifty percent.",
        "Half of the men gained.", "A third of the men gained.", "Thousands of men gained.", "A threefold gain was seen.",
    ),
    "percentage of a ratio": ("Earnings rose 39 %.", "The gain is 97 % of earnings.", "Earnings were 101 percent higher."),
    "verdict": (
        "Training has no effect on re78.", "Training lowers re78.", "Training did nothing.", "Training makes no difference.",
        "The difference is not significant.", "The gain is proven.", "Training certainly helps.", "Training is useless.",
    ),
    "sign or direction": (
        "The effect is -1,794.", "The estimate is -1,794 (95 % interval 474 to 3115).", "re78 fell by 1,794.", "It cuts re78 by 1,794.",
        "People earned 1,794 less.", "Training hurts earnings.", "There is a negative effect on re78.", "Earnings declined by 1,794.",
        "Training pushes re78 down by 1,794.", "Training makes earnings lower.", "The interval is -3115 to -474.",
    ),
    "end of the interval as the effect": (
        "Training raises re78 by 474.", "The effect is 3,115.", "The estimate is 474.", "re78 is increased by 3115 in 1978.",
    ),
    "rounded beyond what is printed": ("The estimate is 1800.", "About 2,000 more were earned.", "The estimate is 1794.34239.",
                                       "The interval is roughly 500 to 3,000."),
    "date or year": ("The study ran in 1985.", "Earnings of 1979 rose.", "It was measured on 12 March.", "Seen for 24 months."),
    "hidden in characters": (
        "The estimate is １７９５.", "The estimate is 𝟏𝟕𝟗𝟓.", "The estimate is 1\u200b795.", "The estimate is \u202e5971\u202c.",
        "The gain is Ⅻ.", "The gain is ½ of earnings.", "The gain is 1.8×10⁴.", "The gain is 1_795.", "The gain is 1795USD.",
        "The gain is ①⑦⑨⑤.",
    ),
}  # fmt: skip
OTHERS = (
    Lie("another evidence's number", "The estimate is 1622.", ("E4",)),
    Lie("another evidence's number", "The effect is 445.", ("E4",)),
    Lie("another evidence's number", "Training raises re78 by 445.", ("E4",)),
    Lie("another evidence's number", "Training raises re78 by 1622.", ("E5",), headline=True),
    Lie("another evidence's number", "The estimate is 1778.", ("E7",), headline=True),
    Lie("another evidence's number", "The effect of training is 0.97.", ("E7",)),
    Lie("causal verb, unidentified", "Schooling causes higher wages.", ("E4",), "unidentified"),
    Lie("causal verb, unidentified", "Schooling raises wages.", ("E4",), "unidentified", headline=True),
    Lie("causal verb, unidentified", "Schooling affects wages.", ("E3",), "unidentified"),
    Lie("causal verb, unidentified", "Schooling has no impact on wages.", (), "unidentified"),
    Lie("causal verb, unidentified", "Schooling drives wages.", (), "unidentified"),
    Lie("causal verb, unidentified", "The effect is significant.", ("E4",), "unidentified"),
    *(
        Lie("causal verb, unidentified", text, ("E4",), "unidentified")
        for text in (
            "Wages went up because of schooling.",
            "Schooling is effective.",
            "Schooling has a strong effect on wages.",
            "Schooling raises wages, as everybody could see.",
            "Schooling pushes wages up.",
            "Wages are higher thanks to schooling.",
            "Schooling makes wages higher.",
            "Schooling lifts pay, whatever a critic would say.",
        )
    ),
    Lie("wrong unit or scale", "One more year raises lwage by 0.1783 dollars.", ("E4",), "instrument"),
    Lie("wrong unit or scale", "One more year raises lwage by 0.1783 percentage points.", ("E4",), "instrument"),
    Lie("percentage of a ratio", "One more year raises wages by 18 %.", ("E4",), "instrument"),
    Lie("percentage of a ratio", "Wages rise by 17.83 percent.", ("E4",), "instrument"),
)
LIES = (*(Lie(kind, text) for kind, texts in EXPERIMENT.items() for text in texts), *OTHERS)

TRUE = (
    Lie("true", "Training raises re78 by 1794 (95 % interval 474 to 3115)."),
    Lie("true", "Those assigned to training earned 1,794 more."),
    Lie("true", "Training raises re78 by 1,794 dollars (95 % interval 474 to 3,115)."),
    Lie("true", "Those assigned to training earned $1,794 more in 1978, give or take."),
    Lie("true", "The difference is significant at the 95 % level."),
    Lie("true", "The estimate is 1.794 thousand."),
    Lie("true", "It rests on 445 men."),
    Lie("true", "Adjusted for what was measured before, the estimate is 1622 (95 % interval 248.6 to 2995).", ("E5",)),
    Lie("true", "With adjustment it is 1,622 [248.6, 2995] in place of 1,794 [474, 3115].", ("E4", "E5")),
    Lie("true", "The arms differ only by assignment and by chance.", ("E3",)),
    Lie("true", "Nobody can prove that no one left one arm more often.", ("E3",)),
    Lie("true", "A shuffled treatment gave no clear effect: -281 on average (p = 0.039).", ("E6",)),
    Lie("true", "On parts with 80 % of the rows the estimate averages 1778.", ("E7",)),
    Lie("true", "On parts of the rows it scatters 0.97 times as widely as sampling explains.", ("E7",)),
    Lie("true", "Two estimators agree on the sign.", ("E4", "E5")),
    Lie("true", "Earnings in 1978 were higher in the training arm."),
    Lie("true", "That hidden causes are absent follows from random assignment.", ("E3",)),
    Lie("true", "Whether men of other years would gain as much cannot be known from these data."),
    Lie("true", "The whole interval, 474 to 3115, lies above zero."),
    Lie("true", "The result is not certain: consistency is assumed.", ("E3",)),
    Lie("true", "Both the placebo and the subset test found no fault.", ("E6", "E7")),
    Lie("true", "Schooling and wages share ability as a common cause.", ("E4",), "unidentified"),
    Lie("true", "Schooling raises wages only if ability is no common cause.", ("E4",), "unidentified"),
    Lie("true", "Nothing here tells whether wages went up because of schooling.", ("E4",), "unidentified"),
    Lie("true", "A claim that schooling is effective would need ability to be measured: it cannot be made.", ("E4",), "unidentified"),
    Lie("true", "Rows in which re78 is missing were dropped; here there are none."),
    Lie("true", "Training lifts re78 by 1,794 (95 % interval 474 to 3,115)."),
    Lie("true", "Men assigned to training earned 1,794 more, and the interval of 474 to 3,115 holds no negative effect."),
    Lie("true", "Whether schooling raises wages cannot be known from this graph.", ("E4",), "unidentified"),
    Lie("true", "With ability measured the effect could be estimated.", ("E4",), "unidentified"),
    Lie("true", "One more year of schooling raises lwage by 0.1783 (95 % interval 0.105 to 0.2516).", ("E4",), "instrument"),
    Lie("true", "One more year of schooling raises it by 0.1783 log points.", ("E4",), "instrument"),
    Lie("true", "The effect is that among people whom the instrument moves.", ("E4",), "instrument"),
)  # fmt: skip
