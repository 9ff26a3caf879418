"""Shows a drawn figure together with a description for readers who can't see it."""

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import display

DPI = 90
# Of its own width: in a narrower window its letters would be too small, and it is scrolled instead.
LEAST = 0.8


class Picture:
    """A figure as an image with a text alternative, which front ends show as HTML and exports as PNG."""

    def __init__(self, fig, alt):
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png", dpi=DPI)
        self.png, self.alt = base64.b64encode(buffer.getvalue()).decode(), alt
        self.least = round(LEAST * DPI * fig.get_figwidth())

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        source, alt = f"data:image/png;base64,{self.png}", html.escape(self.alt)
        image = f'<img src="{source}" alt="{alt}" style="max-width: 100%; min-width: {self.least}px">'
        tag = f'<div style="overflow-x: auto">{image}</div>'
        return {"text/plain": self.alt, "image/png": self.png, "text/html": tag}


def show(alt):
    """Show the current figure once; alt says in words what is to be seen in it."""
    display(Picture(plt.gcf(), alt))
    plt.close()
