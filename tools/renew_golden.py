"""Write the golden articles anew from their pages: read the diff before you commit it."""

from tests.parsing.html.golden_pages import pages, read


def main() -> None:
    """Renew each page's JSON and name those that changed."""
    for page in pages():
        golden = page.with_suffix(".json")
        told = read(page)
        if not golden.exists() or golden.read_text(encoding="utf-8") != told:
            golden.write_text(told, encoding="utf-8")
            print(f"renewed {golden.name}")


if __name__ == "__main__":
    main()
