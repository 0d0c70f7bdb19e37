"""What a browser without JavaScript asks for where a form is sent."""

from urllib.parse import urlencode

from bs4 import BeautifulSoup


def submitted(soup: BeautifulSoup, selector: str, **typed: str) -> str:
    """Return the address that a form without JavaScript asks for."""
    (form,) = soup.select(selector)
    own = [one for one in form.select("input, select") if one.get("form") in {None, form.get("id")}]
    pairs = []
    for one in own:
        if one.get("type") != "checkbox" or one.has_attr("checked"):
            chosen = one.select_one("option[selected]")
            value = str((chosen or one).get("value", ""))
            pairs.append((str(one["name"]), typed.pop(str(one["name"]), value)))
    assert not typed
    return f"{form['action']}?{urlencode(pairs)}"


def tick(soup: BeautifulSoup, text: str, *, checked: bool = True) -> None:
    """Tick the box beside a text, or take its tick away."""
    (label,) = [label for label in soup.select("label:has([type=checkbox])") if label.get_text(strip=True) == text]
    (box,) = label.select("input")
    assert box.has_attr("checked") != checked
    if checked:
        box["checked"] = ""
    else:
        del box["checked"]
