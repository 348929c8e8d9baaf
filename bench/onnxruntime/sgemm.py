"""The rate of OpenBLAS in a product of two 2048×2048 matrices of float32. Prints one line of JSON: the seconds of each
product. OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS in the environment choose the kernel and the threads."""
import argparse
import ctypes
import json
import time

import numpy

SIZE = 2048
ROW_MAJOR, NO_TRANSPOSE = 101, 111


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5)
    calls = parser.parse_args().calls
    library = ctypes.CDLL("libopenblas.so.0")
    random = numpy.random.default_rng(0)
    a, b = (random.standard_normal((SIZE, SIZE)).astype(numpy.float32) for _ in range(2))
    c = numpy.full((SIZE, SIZE), numpy.nan, numpy.float32)
    address = lambda matrix: matrix.ctypes.data_as(ctypes.c_void_p)

    def product():
        begin = time.perf_counter()
        library.cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, SIZE, SIZE, SIZE, ctypes.c_float(1), address(a),
                            SIZE, address(b), SIZE, ctypes.c_float(0), address(c), SIZE)
        return time.perf_counter() - begin

    product()
    expected = a[:4].astype(float) @ b.astype(float)
    if not numpy.abs(c[:4] - expected).max() < 1e-3:
        raise SystemExit("OpenBLAS computes the wrong thing")
    print(json.dumps({"seconds": [product() for _ in range(calls)]}))


if __name__ == "__main__":
    main()
