"""The class at a glance for who teaches it: figures from the kept results, and one page that shows them."""
