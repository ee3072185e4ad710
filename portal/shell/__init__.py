"""The frame around every page: navigation, Today, search, parts, error pages. It knows no register."""
