#include <array>
#include <cmath>

#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// The straight path of rectified flow (Liu et al. 2023; Lipman et al. 2023): α = 1 − t, σ = t, t in [0, 1].
class FlowProcess final : public NoiseProcess {
  public:
    explicit FlowProcess(const ProcessSettings& settings) : t_min_(settings.t_min.value_or(kDefaultTMin)) {}

    std::string_view name() const override { return "flow"; }
    TimeRange times() const override { return {0, t_min_, 1, false}; }
    Marginal marginal(double t) const override { return {1 - t, t}; }
    LinearSde sde(double t) const override { return {-1 / (1 - t), 2 * t / (1 - t)}; }
    MarginalRates rates(double /*t*/) const override { return {-1, 1}; }
    double time_at(double log_snr) const override { return 1 / (1 + std::exp(log_snr)); }
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::time; }
    double clock(double t) const override { return t; }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }

  private:
    double t_min_;
};

constexpr std::array kParameters = {kTMinParameter};

}  // namespace

ProcessEntry flow_entry() {
    return {{"flow", "rectified flow: a straight line from data to noise"},
            [](std::string_view) -> std::span<const ProcessParameter> { return kParameters; },
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<FlowProcess>(settings);
            }};
}

}  // namespace scorefield::diffusion
