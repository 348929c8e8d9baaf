#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffusion/moments.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// One step of a sampler: from a node with noise to the next node or, where `last`, to the clean state.
struct Step {
    int index = 0;
    Node from;
    Node to;

    bool last() const { return to.at == Marginal{}; }
};

/// Which nodes a sampler visits, and the curve between them: what process, spacing and step count come to. Samplers see
/// nothing else of them.
class TimeGrid {
  public:
    /// Visits `times` (strictly decreasing, or increasing for inversions), each step going to the next; the last to the
    /// clean state or, where `end` is set, to that time. `process` is shared with the grid.
    TimeGrid(std::shared_ptr<const NoiseProcess> process, const std::vector<double>& times,
             std::optional<double> end = {});
    /// Any steps, e.g. those of another library; with `scaled` the state is x/α (alpha = 1, sigma = σ/α) of a network
    /// that knows x.
    TimeGrid(std::shared_ptr<const NoiseProcess> process, std::vector<Step> steps, double init_scale, bool scaled);

    const std::vector<Step>& steps() const { return steps_; }
    /// The same without its first step.
    TimeGrid without_first() const;
    const NoiseProcess& process() const { return *process_; }
    /// What the state starts from: the scale that the process or the library says, or what `matched` gives.
    StartLaw start() const;
    /// The same nodes, started from the normal law that has the mean and variance of data with these moments at the
    /// first node: N(α m, α² v + σ²) per coordinate. `clean` holds the moments of x_0.
    TimeGrid matched(AxisMoments clean) const;

    /// Nodes on the curve of the process, in the state's scales.
    Node node_at(double t) const;
    /// By λ = log(α/σ), see NoiseProcess::time_at: exact scales also where the time is rounded.
    Node node_at_log_snr(double log_snr) const;
    /// By σ/α.
    Node node_at_ratio(double ratio) const;
    /// How the state's scales change at time t; not finite where the process says none.
    MarginalRates rates_at(double t) const;

    /// The same nodes from the last to the first: towards the noise. What begins at the clean state, about which no
    /// score says anything, begins at the process's lowest time with noise.
    TimeGrid reversed() const;
    /// What is left of the way from `start`, a node of a run of the same process: a step to the first node that has
    /// less noise, then the steps from there on. No steps where the last one ends at `start` or before it.
    TimeGrid from(const Node& start) const;
    /// The same with one step only.
    TimeGrid alone(const Step& step) const { return with({step}); }

  private:
    TimeGrid with(std::vector<Step> steps) const;

    std::shared_ptr<const NoiseProcess> process_;
    std::vector<Step> steps_;
    double init_scale_ = 1;
    std::optional<AxisMoments> clean_moments_;  ///< of matched()
    bool scaled_ = false;
};

}  // namespace scorefield::diffusion
