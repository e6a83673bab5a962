"""How a figure is shown: beside it what it is compared with."""


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def head():
    return "| figure | pgsync | beside it | | ratio | |\n|---|--:|---|--:|--:|---|"


def line(row):
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return (f"| {row['figure']:48} | {number(row['value']):>8} | {row['beside']:36} | {number(row['other']):>8} | {ratio:>6} | "
            f"{row['remark']} |")
