"""The Fréchet distance of 10,000 against 10,000 samples of 2,048 features, as Python's FID programs compute it: docs/benchmarks/details.md.

Debian: apt-get install python3-numpy python3-scipy. Prints the seconds from float32 features to the number, with the root of the product
by scipy.linalg.sqrtm and by eigenvalues, both of which are in use.
"""
import sys
import time

import numpy as np
import scipy.linalg

samples, features = 10_000, int(sys.argv[1]) if len(sys.argv) > 1 else 2048
random = np.random.default_rng(1)
mixing = random.standard_normal((features, features), np.float32) / np.float32(features**0.5)
first, second = (
    np.maximum(random.standard_normal((samples, features), np.float32) @ mixing * np.float32(scale), 0) for scale in (1, 1.1)
)


def distance(root):
    means = [x.mean(axis=0, dtype=np.float64) for x in (first, second)]
    covariances = [np.cov(x, rowvar=False) for x in (first, second)]
    trace = root(covariances[0] @ covariances[1])
    return np.sum((means[0] - means[1]) ** 2) + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * trace


for name, root in (
    ("eigenvalues", lambda product: np.sqrt(scipy.linalg.eigvals(product)).real.sum()),
    ("sqrtm", lambda product: np.trace(scipy.linalg.sqrtm(product).real)),
):
    started = time.perf_counter()
    number = distance(root)
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, {name}: distance {number:.6f}, {time.perf_counter() - started:.1f} s")
