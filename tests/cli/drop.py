"""Drops a file onto a window of an X display, as a file manager does (the XDND protocol, version 5, by Xlib alone).

usage: drop.py WINDOW FILE   (with DISPLAY)
"""
import ctypes
import ctypes.util
import sys
import time

X11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
Window = Atom = ctypes.c_ulong
CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
ATOM_OF_ATOMS = 4
PATIENCE = 60  # seconds


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", Window), ("message_type", Atom), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5)]


class SelectionRequest(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("owner", Window), ("requestor", Window), ("selection", Atom),
                ("target", Atom), ("property", Atom), ("time", ctypes.c_ulong)]


class Selection(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("requestor", Window), ("selection", Atom), ("target", Atom),
                ("property", Atom), ("time", ctypes.c_ulong)]


class Event(ctypes.Union):
    _fields_ = [("type", ctypes.c_int), ("client", ClientMessage), ("request", SelectionRequest),
                ("selection", Selection), ("pad", ctypes.c_long * 24)]


X11.XOpenDisplay.restype = ctypes.c_void_p
X11.XOpenDisplay.argtypes = [ctypes.c_char_p]
X11.XDefaultRootWindow.restype = Window
X11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
X11.XCreateSimpleWindow.restype = Window
X11.XCreateSimpleWindow.argtypes = [ctypes.c_void_p, Window] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 3 + \
    [ctypes.c_ulong] * 2
X11.XInternAtom.restype = Atom
X11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
X11.XSetSelectionOwner.argtypes = [ctypes.c_void_p, Atom, Window, ctypes.c_ulong]
X11.XSendEvent.argtypes = [ctypes.c_void_p, Window, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
X11.XChangeProperty.argtypes = [ctypes.c_void_p, Window, Atom, Atom, ctypes.c_int, ctypes.c_int, ctypes.c_char_p,
                                ctypes.c_int]
X11.XNextEvent.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
X11.XPending.argtypes = [ctypes.c_void_p]
X11.XFlush.argtypes = [ctypes.c_void_p]


def drop(target, path):
    display = X11.XOpenDisplay(None)
    own = X11.XCreateSimpleWindow(display, X11.XDefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)

    def atom(name):
        return X11.XInternAtom(display, name.encode(), 0)

    uri_list = atom("text/uri-list")
    X11.XSetSelectionOwner(display, atom("XdndSelection"), own, 0)

    def send(name, *data):
        event = Event()
        event.client = ClientMessage(CLIENT_MESSAGE, 0, 1, display, target, atom(name), 32,
                                     (ctypes.c_long * 5)(own, *data))
        X11.XSendEvent(display, target, 0, 0, ctypes.byref(event))
        X11.XFlush(display)

    def answer(request):
        content = ("file://" + path + "\r\n").encode()
        X11.XChangeProperty(display, request.requestor, request.property, uri_list, 8, 0, content, len(content))
        event = Event()
        event.selection = Selection(SELECTION_NOTIFY, 0, 1, display, request.requestor, request.selection,
                                    request.target, request.property, request.time)
        X11.XSendEvent(display, request.requestor, 0, 0, ctypes.byref(event))
        X11.XFlush(display)

    send("XdndEnter", 5 << 24, uri_list, 0, 0)
    send("XdndPosition", 0, (700 << 16) | 400, 0, atom("XdndActionCopy"))
    send("XdndDrop", 0, 0, 0, 0)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        while X11.XPending(display):
            event = Event()
            X11.XNextEvent(display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                answer(event.request)
            if event.type == CLIENT_MESSAGE and event.client.message_type == atom("XdndFinished"):
                return
        time.sleep(0.02)
    raise SystemExit("FAILED: the window does not take what is dropped")


drop(int(sys.argv[1]), sys.argv[2])
