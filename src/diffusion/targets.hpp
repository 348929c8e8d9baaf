#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion {

struct TargetInfo {
    std::string_view name;
    std::string_view argument;  ///< what follows the name on the command line: FILE.json, DATA or nothing
    std::string_view help;      ///< one line
};

/// Every exact target there is, the default first.
std::span<const TargetInfo> targets();

/// Throws base::Error (request, --target) with the nearest known name.
const TargetInfo& target_info(std::string_view name);

/// What a user says about an exact target; each member but the first is the flag --target.NAME (dim: --dim).
struct TargetSettings {
    std::string name = "gaussian";
    double variance = 1;  ///< gaussian: of each coordinate, within 1e-24 … 1e24
    int dim = 2;          ///< gaussian: 1 … data::kMaxDim

    bool operator==(const TargetSettings&) const = default;
};

/// What some targets are made of and others read for them.
struct TargetInput {
    std::string text = {};               ///< gmm: the file's content
    std::string where = {};              ///< its name, for messages
    std::span<const float> points = {};  ///< empirical: (n, dim) row-major
    std::size_t dim = 0;
};

/// Throws base::Error (request) naming the flag, or file and place: unknown name (with the nearest one), a value out of
/// range, whatever mixture_from_json and EmpiricalTarget refuse.
std::unique_ptr<Target> open_target(const TargetSettings& settings, const TargetInput& input = {});

}  // namespace scorefield::diffusion
