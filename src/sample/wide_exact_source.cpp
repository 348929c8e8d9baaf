#include "sample/wide_exact_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/planes.hpp"
#include "gpu/transfer.hpp"
#include "sample/exact_evaluations.hpp"
#include "shaders/sample/wide_answer.comp.hpp"
#include "shaders/sample/wide_empirical_logs.comp.hpp"
#include "shaders/sample/wide_empirical_mean.comp.hpp"
#include "shaders/sample/wide_mixture_logs.comp.hpp"
#include "shaders/sample/wide_mixture_mean.comp.hpp"
#include "shaders/sample/wide_mixture_prepare.comp.hpp"
#include "shaders/sample/wide_push.h"
#include "shaders/sample/wide_weights.comp.hpp"

namespace scorefield::sample {
namespace {

constexpr std::uint32_t kTermTile = 64;          // terms per tile
constexpr std::uint32_t kTermsAtOnce = 8;        // points per workgroup of wide_empirical_logs.comp
constexpr std::uint32_t kElementsAtOnce = 4;     // coordinates per workgroup of wide_empirical_mean.comp
constexpr std::uint32_t kWidePrepareGroup = 64;  // invocations per workgroup of wide_mixture_prepare.comp
constexpr std::size_t kMostFloats = 1U << 24U;   // scratch memory of a block, unless the smallest block needs more
constexpr std::uint32_t kStatePlanes = 4;  // planes of `states` in shaders/sample/wide.glsl, without the weighted sums

/// The dispatches of a tile.
enum Stage : std::uint32_t { logs, weigh, mean, kStages };

/// The terms (components or points) of a target in tiles, and the pipelines that both kinds of targets share.
struct Tiles {
    Tiles(gpu::Device& device, std::uint32_t dimension, std::size_t count, bool points)
        : dim(dimension),
          terms(gpu::size32(count)),
          group(gpu::score_workgroup(device)),
          weights(device, "weights of terms", shaders::sample_wide_weights_comp, {group}),
          answer(device, "exact answer", shaders::sample_wide_answer_comp, {group, dim, points ? 1U : 0U}) {
        const std::size_t most = kMostFloats / (kStatePlanes + dim + kTermTile);
        const std::size_t fitting = most / gpu::kParticleMultiple * gpu::kParticleMultiple;
        block = gpu::size32(std::clamp<std::size_t>(fitting, gpu::kParticleMultiple, largest_block(device)));
    }

    std::uint32_t count() const { return (terms + kTermTile - 1) / kTermTile; }
    /// Number of terms in a tile.
    std::uint32_t size(std::uint32_t tile) const { return std::min(kTermTile, terms - tile * kTermTile); }

    std::uint32_t dim;
    std::uint32_t terms;
    std::uint32_t group;
    std::uint32_t block = 0;  ///< particles per block
    gpu::ComputePipeline weights;
    gpu::ComputePipeline answer;
};

/// Throws base::Error (request) if the terms do not fit into one buffer.
void require_room(const gpu::Device& device, const std::string& what, std::size_t count, std::size_t floats_each) {
    const std::size_t most = device.properties().max_storage_buffer_bytes / sizeof(float);
    if (count <= most / floats_each) return;
    throw base::request_error("target does not fit the device", "`target`",
                              fmt::format("{} {} of {} numbers each do not fit one buffer of {}", count, what,
                                          floats_each, device.properties().name),
                              fmt::format("use at most {}", most / floats_each));
}

/// Owns the scratch memory of a block and determines the order of the dispatches.
class WideEvaluations : public ExactEvaluations {
  public:
    WideEvaluations(gpu::Device& device, const Tiles& tiles, std::uint32_t particles,
                    const diffusion::Parametrisation& parametrisation, bool point_masses)
        : ExactEvaluations(parametrisation, point_masses),
          tiles_(tiles),
          block_(std::min(tiles.block, gpu::round_up(particles, gpu::kParticleMultiple))),
          states_(device, "sums over terms", std::size_t{kStatePlanes + tiles.dim} * block_ * sizeof(float)),
          weights_(device, "weights of terms", std::size_t{std::min(kTermTile, tiles.terms)} * block_ * sizeof(float)) {
    }

    std::uint32_t block() const override { return block_; }
    std::uint32_t parts() const override { return kStages * tiles_.count() + 1; }

    void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                std::uint32_t part) override {
        const std::uint32_t tile = part / kStages;
        shaders::WidePush push = push_of(block.row);
        push.place = {.term = tile * kTermTile,
                      .src = block.src,
                      .dst = block.dst,
                      .stride = block.stride,
                      .particle = block.first,
                      .state_stride = block_};
        const std::uint32_t groups = gpu::round_up(block.count, tiles_.group) / tiles_.group;
        if (part == 0) record_preparation(recorder, block.row);
        if (tile == tiles_.count()) {
            recorder.dispatch(tiles_.answer, {reads(terms()), reads_writes(values), reads(states_)}, push, groups,
                              tiles_.dim);
            return;
        }
        push.terms = tiles_.size(tile);
        if (part % kStages == logs) record_logs(recorder, values, push, groups);
        if (part % kStages == weigh) {
            recorder.dispatch(tiles_.weights, {reads_writes(states_), reads_writes(weights_)}, push, groups);
        }
        if (part % kStages == mean) record_mean(recorder, values, push, groups);
    }

  protected:
    const gpu::Buffer& states() const { return states_; }
    const gpu::Buffer& weights() const { return weights_; }

  private:
    /// The buffer from which the kernels read the terms.
    virtual const gpu::Buffer& terms() const = 0;
    virtual shaders::WidePush push_of(std::uint32_t row) const = 0;
    /// Called before the first dispatch of an evaluation.
    virtual void record_preparation(gpu::Recorder& recorder, std::uint32_t row) = 0;
    virtual void record_logs(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                             std::uint32_t groups) const = 0;
    virtual void record_mean(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                             std::uint32_t groups) const = 0;

    const Tiles& tiles_;
    std::uint32_t block_;
    gpu::Buffer states_;
    gpu::Buffer weights_;
};

struct WideMixtureKernels {
    WideMixtureKernels(gpu::Device& device, const diffusion::GaussianMixture& mixture)
        : dim(static_cast<std::uint32_t>(mixture.dim())),
          count(gpu::size32(mixture.components().size())),
          diagonal(std::ranges::all_of(mixture.components(), &diffusion::GaussianMixture::Component::is_diagonal)),
          typical_variance(mixture.components()[0].variances[0]),
          point_masses(has_point_masses(mixture)),
          most_groups(device.properties().max_workgroup_count[0]),
          tiles(device, dim, count, false) {
        require_room(device, "components", count, row_floats());
        const std::vector<std::uint32_t> constants = {tiles.group, dim, diagonal ? 1U : 0U};
        logs = gpu::ComputePipeline(device, "mixture logs", shaders::sample_wide_mixture_logs_comp, constants);
        mean = gpu::ComputePipeline(device, "mixture mean", shaders::sample_wide_mixture_mean_comp, constants);
        prepare = gpu::ComputePipeline(device, "mixture prepare", shaders::sample_wide_mixture_prepare_comp,
                                       {kWidePrepareGroup, dim, diagonal ? 1U : 0U});
        components = gpu::make_buffer<float>(device, "mixture", packed_components(mixture, !diagonal));
    }

    /// Number of elements of each matrix of a component, or of its diagonal.
    std::size_t elements() const { return diagonal ? dim : std::size_t{dim} * dim; }
    /// Number of floats per component: ROW of shaders/sample/wide_mixture.glsl.
    std::size_t row_floats() const { return 1 + 2 * std::size_t{dim} + 2 * elements(); }
    std::string variant() const { return fmt::format("mixture-wide{}-g{}", diagonal ? "-diagonal" : "", tiles.group); }

    std::uint32_t dim;
    std::uint32_t count;
    bool diagonal;
    double typical_variance;
    bool point_masses;
    std::uint32_t most_groups;
    Tiles tiles;
    gpu::ComputePipeline logs;
    gpu::ComputePipeline mean;
    gpu::ComputePipeline prepare;
    gpu::Buffer components;
};

class WideMixtureEvaluations final : public WideEvaluations {
  public:
    WideMixtureEvaluations(gpu::Device& device, const WideMixtureKernels& kernels, std::uint32_t particles,
                           const diffusion::Parametrisation& parametrisation)
        : WideEvaluations(device, kernels.tiles, particles, parametrisation, kernels.point_masses),
          kernels_(kernels),
          rows_(device, kernels.count * kernels.row_floats()) {}

    Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) override {
        return [this, take = ExactEvaluations::make_tables(evals, check_cancelled)] {
            take();
            rows_.forget();
        };
    }

  private:
    const gpu::Buffer& terms() const override { return rows_.buffer(); }
    shaders::WidePush push_of(std::uint32_t /*row*/) const override { return {}; }

    void record_preparation(gpu::Recorder& recorder, std::uint32_t row) override {
        const std::size_t groups = (kernels_.count * kernels_.elements() + kWidePrepareGroup - 1) / kWidePrepareGroup;
        rows_.record(recorder, row, kernels_.prepare, kernels_.components,
                     mixture_prepare_push(question(row), kernels_.count, kernels_.typical_variance),
                     gpu::size32(std::min<std::size_t>(groups, kernels_.most_groups)));
    }

    void record_logs(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                     std::uint32_t groups) const override {
        recorder.dispatch(kernels_.logs, {reads(terms()), reads(values), writes(weights())}, push, groups, push.terms);
    }

    void record_mean(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                     std::uint32_t groups) const override {
        recorder.dispatch(kernels_.mean, {reads(terms()), reads(values), reads_writes(states()), reads(weights())},
                          push, groups, kernels_.dim);
    }

    const WideMixtureKernels& kernels_;
    MixtureRows rows_;
};

/// The points, then the centre of the ball around them.
std::vector<float> points_and_centre(const diffusion::EmpiricalTarget& target, const Ball& ball) {
    std::vector<float> floats(target.points().begin(), target.points().end());
    floats.insert(floats.end(), ball.centre.begin(), ball.centre.end());
    return floats;
}

struct WideEmpiricalKernels {
    WideEmpiricalKernels(gpu::Device& device, const diffusion::EmpiricalTarget& target)
        : dim(static_cast<std::uint32_t>(target.dim())), tiles(device, dim, target.count(), true) {
        require_room(device, "points", target.count() + 1, dim);
        const Ball ball(target);
        inverse_radius = ball.inverse_radius;
        points = gpu::make_buffer<float>(device, "data points", points_and_centre(target, ball));
        logs = gpu::ComputePipeline(device, "empirical logs", shaders::sample_wide_empirical_logs_comp,
                                    {tiles.group, dim, kTermsAtOnce});
        mean = gpu::ComputePipeline(device, "empirical mean", shaders::sample_wide_empirical_mean_comp,
                                    {tiles.group, dim, kElementsAtOnce});
    }

    std::string variant() const { return fmt::format("empirical-wide-g{}", tiles.group); }

    std::uint32_t dim;
    Tiles tiles;
    gpu::ComputePipeline logs;
    gpu::ComputePipeline mean;
    gpu::Buffer points;
    float inverse_radius = 0;
};

class WideEmpiricalEvaluations final : public WideEvaluations {
  public:
    WideEmpiricalEvaluations(gpu::Device& device, const WideEmpiricalKernels& kernels, std::uint32_t particles,
                             const diffusion::Parametrisation& parametrisation)
        : WideEvaluations(device, kernels.tiles, particles, parametrisation, true), kernels_(kernels) {}

  private:
    const gpu::Buffer& terms() const override { return kernels_.points; }
    shaders::WidePush push_of(std::uint32_t row) const override {
        const EmpiricalCoefficients coefficients(question(row));
        shaders::WidePush push = {};
        push.alpha = coefficients.alpha;
        push.linear = coefficients.linear;
        push.quadratic = coefficients.quadratic;
        push.of_denoised = coefficients.of_denoised;
        push.of_offset = coefficients.of_offset;
        push.inverse_radius = kernels_.inverse_radius;
        push.centre = kernels_.tiles.terms * kernels_.dim;
        return push;
    }

    void record_preparation(gpu::Recorder& /*recorder*/, std::uint32_t /*row*/) override {}

    void record_logs(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                     std::uint32_t groups) const override {
        recorder.dispatch(kernels_.logs,
                          {reads(kernels_.points), reads(values), reads_writes(states()), writes(weights())}, push,
                          groups, (push.terms + kTermsAtOnce - 1) / kTermsAtOnce);
    }

    void record_mean(gpu::Recorder& recorder, const gpu::Buffer& values, const shaders::WidePush& push,
                     std::uint32_t groups) const override {
        recorder.dispatch(kernels_.mean,
                          {reads(kernels_.points), reads(values), reads_writes(states()), reads(weights())}, push,
                          groups, (kernels_.dim + kElementsAtOnce - 1) / kElementsAtOnce);
    }

    const WideEmpiricalKernels& kernels_;
};

}  // namespace

std::unique_ptr<GpuSource> make_wide_exact_source(gpu::Device& device, const diffusion::Target& target,
                                                  const diffusion::Parametrisation& parametrisation) {
    const double operations = exact_operations(target);
    if (const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(&target)) {
        return std::make_unique<ExactSource<WideMixtureKernels, WideMixtureEvaluations>>(device, *mixture,
                                                                                         parametrisation, operations);
    }
    if (const auto* empirical = dynamic_cast<const diffusion::EmpiricalTarget*>(&target)) {
        return std::make_unique<ExactSource<WideEmpiricalKernels, WideEmpiricalEvaluations>>(
            device, *empirical, parametrisation, operations);
    }
    throw std::logic_error("no kernel for the target " + target.name());
}

}  // namespace scorefield::sample
