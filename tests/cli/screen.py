"""Pixels of an X display's windows, over one connection (Xlib by ctypes): a frame is seen soon after it is shown."""
import ctypes
import ctypes.util

X11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
Window = ctypes.c_ulong
Z_PIXMAP = 2
ALL_PLANES = ctypes.c_ulong(-1)


class Image(ctypes.Structure):
    """The first members of XImage."""
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
                ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int), ("bitmap_unit", ctypes.c_int),
                ("bitmap_bit_order", ctypes.c_int), ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
                ("bytes_per_line", ctypes.c_int), ("bits_per_pixel", ctypes.c_int)]


X11.XOpenDisplay.restype = ctypes.c_void_p
X11.XOpenDisplay.argtypes = [ctypes.c_char_p]
X11.XCloseDisplay.argtypes = [ctypes.c_void_p]
X11.XGetImage.restype = ctypes.POINTER(Image)
X11.XGetImage.argtypes = [ctypes.c_void_p, Window] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 2 + \
    [ctypes.c_ulong, ctypes.c_int]
X11.XDestroyImage.argtypes = [ctypes.POINTER(Image)]
ErrorHandler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
X11.XSetErrorHandler.restype = ctypes.c_void_p
X11.XSetErrorHandler.argtypes = [ErrorHandler]

# A window that is hidden or gone has no pixels; that is no reason to end.
IGNORE_ERRORS = ErrorHandler(lambda display, error: 0)
X11.XSetErrorHandler(IGNORE_ERRORS)


class Screen:
    def __init__(self, display):
        self.display = X11.XOpenDisplay(display.encode())
        if not self.display:
            raise SystemExit(f"FAILED: no display {display}")

    def close(self):
        X11.XCloseDisplay(self.display)

    def pixels(self, window, area):
        """Of width, height, left, top in the window: (height, width) times blue, green, red and a byte of no meaning.
        Empty where the window is not shown."""
        width, height, left, top = area
        image = X11.XGetImage(self.display, window, left, top, width, height, ALL_PLANES, Z_PIXMAP)
        if not image:
            return b""
        try:
            if image.contents.bits_per_pixel != 32 or image.contents.bytes_per_line != 4 * width:
                raise SystemExit("FAILED: the display has other pixels than 32 bits")
            return ctypes.string_at(image.contents.data, 4 * width * height)
        finally:
            X11.XDestroyImage(image)
