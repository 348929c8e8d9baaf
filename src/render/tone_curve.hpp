#pragma once

namespace scorefield::render {

/// The brightness of a place depends on the probability density p there alone, per world unit squared: a picture looks
/// the same for any number of particles, zoom or size. p is particles in the pixel / (count · pixel area).
///
///     brightness = log(1 + 2^exposure · p/knee) / log(1 + white/knee), at most 1
///
/// Linear below the knee, logarithmic above, so that a wide cloud and a thin curve show side by side.
struct ToneCurve {
    static constexpr double kKnee = 0.02;
    static constexpr double kWhite = 2.5;

    double exposure = 0;

    double brightness(double density) const;
    /// The density that has this brightness in [0, 1].
    double density(double brightness) const;
    /// p/knee of one weight unit in a pixel: 2^exposure / (knee · count · weight · pixel_size²).
    double gain(double count, double weight, double pixel_size) const;
};

}  // namespace scorefield::render
