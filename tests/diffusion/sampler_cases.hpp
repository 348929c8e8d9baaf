#pragma once

#include <string>
#include <vector>

#include "diffusion/sampler.hpp"

namespace scorefield::diffusion::testing_support {

/// Every setting that makes a different sampler, without a clip.
inline std::vector<SamplerSettings> every_sampler() {
    std::vector<SamplerSettings> all = {{.name = "dpmpp_2m"}};
    for (const double eta : {0.0, 0.4, 1.0}) all.push_back({.name = "ddim", .eta = eta});
    for (const char* form : {"epsilon", "x0"}) {
        for (const char* variance : {"large", "small"}) {
            all.push_back({.name = "ddpm", .form = form, .variance = variance});
        }
    }
    return all;
}

inline std::string describe(const SamplerSettings& s) {
    return s.name + " eta " + std::to_string(s.eta.value_or(0)) + " " + s.form.value_or("") + " " +
           s.variance.value_or("");
}

}  // namespace scorefield::diffusion::testing_support
