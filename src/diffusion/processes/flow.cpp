#include <array>
#include <cmath>

#include "diffusion/processes/continuous.hpp"

namespace scorefield::diffusion {
namespace {

/// The straight path of rectified flow (Liu et al. 2023; Lipman et al. 2023): α = 1 − t, σ = t, t in [0, 1].
class FlowProcess final : public ContinuousProcess {
  public:
    explicit FlowProcess(const ProcessSettings& settings) : ContinuousProcess(settings, 1) {}

    std::string_view name() const override { return "flow"; }
    Marginal marginal(double t) const override { return {1 - t, t}; }
    LinearSde sde(double t) const override { return {-1 / (1 - t), 2 * t / (1 - t)}; }
    MarginalRates rates(double /*t*/) const override { return {-1, 1}; }
    double time_at(double log_snr) const override { return 1 / (1 + std::exp(log_snr)); }
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::time; }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }
};

constexpr std::array kParameters = {kTMinParameter};

}  // namespace

ProcessEntry flow_entry() {
    return process_entry<FlowProcess, kParameters>({"flow", "rectified flow, a straight line from data to noise"});
}

}  // namespace scorefield::diffusion
