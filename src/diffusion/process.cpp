#include "diffusion/process.hpp"

#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/processes/ddpm.hpp"

namespace scorefield::diffusion {

double log_snr(const Marginal& at) {
    return std::log(at.alpha / at.sigma);
}

std::shared_ptr<const NoiseProcess> make_process(const ProcessSettings& settings) {
    if (settings.name == "ddpm") return std::make_shared<DdpmProcess>(settings);
    static constexpr std::array<std::string_view, 1> kProcesses = {"ddpm"};
    throw base::request_error("unknown process '" + settings.name + "'", "--process", "no such name",
                              base::name_hint(settings.name, kProcesses));
}

}  // namespace scorefield::diffusion
