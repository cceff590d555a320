"""SQL text: literals for Flink SQL, where a backslash is only a backslash."""


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def matches(expression: str, pattern: str) -> str:
    """Write the test that a Java regular expression is found in a text expression."""
    return f"REGEXP({expression}, {literal(pattern)})"
