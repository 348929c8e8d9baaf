#include "render/tone_curve.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::render {

double ToneCurve::brightness(double density) const {
    return std::min(1.0, std::log1p(std::exp2(exposure) * density / kKnee) / std::log1p(kWhite / kKnee));
}

double ToneCurve::density(double brightness) const {
    return std::expm1(brightness * std::log1p(kWhite / kKnee)) * kKnee / std::exp2(exposure);
}

double ToneCurve::gain(double count, double weight, double pixel_size) const {
    return std::exp2(exposure) / (kKnee * count * weight * pixel_size * pixel_size);
}

}  // namespace scorefield::render
