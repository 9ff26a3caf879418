"""Optional parts of libraries that nothing here needs and that take seconds to load. Imported before what
would look for them: by the command line, by its workers and by the module that reads notebooks.
"""

import sys

# jsonschema, which nbformat imports, looks for a checker of IRIs; it builds a grammar, and no notebook holds
# an IRI
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
