#include "study/gaussian_recursion.hpp"

#include <cmath>

namespace scorefield::study {

LinearStep step_back(WayBack way, double v, double t, double s) {
    // D = v/(v+t)·x; the mean of the next state is (1−s/t)·D + s/t·x, DDIM's is D + √(s/t)·(x − D).
    const double mean = (v + s) / (v + t);
    switch (way) {
        case WayBack::mean_only:
            return {mean, 0};
        case WayBack::noise_every_step:
            return {mean, t - s};
        case WayBack::noise_but_last:
            return {mean, s > 0 ? t - s : 0};
        case WayBack::ddim:
            return {(v + std::sqrt(s * t)) / (v + t), 0};
        case WayBack::posterior_noise:
            return {mean, (t - s) * mean};
    }
    return {};
}

double variance_after(WayBack way, double v, double start, int steps) {
    double variance = start;
    for (int k = steps; k > 0; --k) {
        const LinearStep step = step_back(way, v, static_cast<double>(k) / steps, (k - 1.0) / steps);
        variance = step.factor * step.factor * variance + step.variance;
    }
    return variance;
}

double variance_limit(WayBack way, double v, double start) {
    const double share = v / (v + 1);
    if (way == WayBack::ddim) return share * start;
    return share * share * start + (way == WayBack::mean_only ? 0 : share);
}

}  // namespace scorefield::study
