### The texts of this part of the window.
