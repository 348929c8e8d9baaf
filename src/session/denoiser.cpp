#include "session/denoiser.hpp"

#include <cmath>
#include <utility>
#include <variant>

#include "base/thread_pool.hpp"
#include "nn/host_network.hpp"
#include "sample/host_exact_source.hpp"
#include "sample/host_network_source.hpp"
#include "sample/host_population.hpp"

namespace scorefield::session {
namespace {

/// The host does about so many between two calls of `check_cancelled`.
constexpr double kOperationsPerCheck = 2e8;

std::shared_ptr<const sample::HostSource> network_source(const model::Architecture& network,
                                                         const data::TensorMap& weights) {
    return std::make_shared<const sample::HostNetworkSource>(
        nn::HostNetwork(model::evaluation_graph(network), weights));
}

/// An exact target is asked for x_0 itself, so that nothing cancels.
std::shared_ptr<const sample::HostSource> source_of(const model::Model& model) {
    if (!model.target) return network_source(model.checkpoint->network, model.checkpoint->tensors);
    return sample::make_host_exact_source(*model.target, diffusion::Prediction::x0);
}

/// The first evaluation of the last step up to this one that has any.
const diffusion::Eval* evaluation_of(const diffusion::Program& program, int step) {
    const diffusion::Eval* found = nullptr;
    int found_step = -1;
    for (const diffusion::Op& op : program.ops) {
        const auto* const eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (op.step > step) break;
        if (eval == nullptr || op.step == found_step) continue;
        found = eval;
        found_step = op.step;
    }
    return found;
}

}  // namespace

Denoiser::Denoiser(std::shared_ptr<const model::Model> model) : model_(std::move(model)), source_(source_of(*model_)) {}

Denoiser::Denoiser(const Denoiser& other, const model::Architecture& network, const data::TensorMap& weights)
    : model_(other.model_), source_(network_source(network, weights)) {}

std::optional<diffusion::Eval> Denoiser::evaluation(const diffusion::Program& program, const RunState& state) const {
    if (state.is_result) return std::nullopt;
    const diffusion::Eval* const own = evaluation_of(program, state.number);
    if (own == nullptr || !(own->sigma > 0)) return std::nullopt;
    diffusion::Eval at = *own;
    at.src = 0;
    at.dst = 1;
    at.source = 0;
    diffusion::AffineForm form = {0, 1};
    if (model_->target) {
        at.c_in = 1;
    } else {
        form = diffusion::denoiser_form(model_->parametrisation, {at.t, {at.alpha, at.sigma}, at.c_in, at.c_noise});
    }
    if (!std::isfinite(form.c_skip) || !std::isfinite(form.c_out)) return std::nullopt;
    at.c_skip = form.c_skip;
    at.c_out = form.c_out;
    return at;
}

data::Points Denoiser::predict(const data::Points& particles, const diffusion::Eval& at,
                               const std::function<void()>& check_cancelled) const {
    data::Points predicted = {particles.count, particles.dim, std::vector<float>(particles.values.size())};
    if (particles.count == 0) return predicted;
    diffusion::Program program;
    program.steps = 1;
    program.registers = 2;
    program.result = at.dst;
    program.ops = {{0, at}};
    const auto count = static_cast<std::uint32_t>(particles.count);
    base::ThreadPool pool;
    const sample::HostSource* const sources[] = {source_.get()};
    sample::HostPopulation population(pool, sources, count, program.registers);
    population.load(program, 0, {0, count}, {.init = particles.values, .known = {}, .mask = {}}, check_cancelled);
    population.seek(1);
    while (!population.arrived()) {
        if (check_cancelled) check_cancelled();
        population.advance({.operations = kOperationsPerCheck});
    }
    population.read(predicted.values);
    return predicted;
}

std::optional<base::Error> prediction_refusal(const model::Model& model, const diffusion::Program& program) {
    const bool has_score = model.target || model.checkpoint;
    if (has_score && program.evaluations() > 0) return std::nullopt;
    return base::request_error("nothing to show", "`look.show` predicted",
                               "this program asks for no score, from which x0 could be predicted",
                               "choose `look.show` particles");
}

}  // namespace scorefield::session
