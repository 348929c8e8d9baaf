#include "session/player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace scorefield::session {
namespace {

/// The state before each step has time and scales of the step's first evaluation, or those of the state before where
/// the step has none. The state after the last step is the result, unless the program goes from data to noise.
std::vector<RunState> run_states_of(const diffusion::Program& program) {
    std::vector<RunState> run_states;
    for (const diffusion::Op& op : program.ops) {
        const diffusion::Eval* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || op.step < static_cast<int>(run_states.size())) continue;
        run_states.resize(static_cast<std::size_t>(op.step), run_states.empty() ? RunState() : run_states.back());
        run_states.push_back({0, eval->t, eval->alpha, eval->sigma, false, 0});
    }
    run_states.resize(static_cast<std::size_t>(program.steps), run_states.empty() ? RunState() : run_states.back());
    const bool to_noise =
        run_states.back().sigma * run_states.front().alpha > run_states.front().sigma * run_states.back().alpha;
    run_states.push_back(to_noise ? run_states.back() : RunState{0, 0, 1, 0, true, 0});
    for (const diffusion::Op& op : program.ops) {
        const bool is_evaluation = std::holds_alternative<diffusion::Eval>(op.instruction);
        const auto next = std::min(static_cast<std::size_t>(op.step) + 1, run_states.size() - 1);
        if (is_evaluation) ++run_states[next].evaluations;
    }
    for (std::size_t i = 0; i < run_states.size(); ++i) {
        run_states[i].number = static_cast<int>(i);
        if (i > 0) run_states[i].evaluations += run_states[i - 1].evaluations;
    }
    return run_states;
}

}  // namespace

void Player::require_room(const gpu::Device& device, const model::Model& model, const diffusion::Program& program,
                          std::uint32_t particles, Computes computes) {
    // The host keeps its registers itself; the device has the copy that is drawn.
    const int registers = computes == Computes::host ? 1 : std::max(program.registers, kUsualRegisters);
    const auto dim = static_cast<std::uint32_t>(model.dim());
    const std::uint32_t most = sample::Executor::largest_capacity(device, dim, registers);
    if (particles <= most) return;
    throw base::request_error(
        "too many particles", "`particles`",
        fmt::format("{} particles do not fit into one buffer of {}", particles, device.properties().name),
        fmt::format("give at most {}, or use sample, which works in batches", most));
}

Player::Player(gpu::Device& device, std::shared_ptr<ShownScore> score, const PreparedRun& run)
    : device_(device), score_(std::move(score)), population_(score_->open(run)) {
    begin(run);
}

void Player::take(const PreparedRun& run, LoadedRun loaded) {
    score_->take(population_, run, std::move(loaded), keeps_states_);
    begin(run);
}

void Player::begin(const PreparedRun& run) {
    const bool playing = playback_.playing();
    playback_ = Playback(run.program.steps);
    if (!playing) playback_.pause();
    run_states_ = run_states_of(run.program);
    spec_ = run.spec;
    ++runs_;
    start_pending_ = true;
}

void Player::keep_states() {
    keeps_states_ = true;
    population_->keep_states(kSnapshotBytes);
}

void Player::prepare_live(const gpu::Buffer& trained, const std::vector<nn::TensorSpec>& specs) {
    score_->network()->prepare_loads(specs);
    gpu::Recorder recorder(device_, "live weights");
    recorder.begin();
    score_->network()->record_load(recorder, trained);
    population_->record_uploads(recorder);
    device_.wait(device_.submit(recorder));
}

void Player::take_weights(gpu::Recorder& recorder, const LiveWeights& live) {
    const auto scope = recorder.scope("network");
    score_->network()->record_load(recorder, live.trained, live.label);
    version_ = live.version;
    label_ = live.label;
}

double Player::record(gpu::Recorder& recorder, double operations, const std::function<void()>& started,
                      const LiveWeights* live) {
    const bool results = live != nullptr && live->restart;
    const int steps = program().steps;
    if (results != results_) {
        playback_.restart();
        population_->restart();
        start_pending_ = true;
        results_ = results;
    }
    const bool again = results && !start_pending_ && playback_.playing() && population_->arrived() && !has_taken(*live);
    sample::Budget budget = {.recorder = &recorder, .operations = operations};
    if (live != nullptr && (!results || again || start_pending_) && !has_taken(*live)) {
        // An evaluation of two sets of weights would be of neither. Until it has ended they wait.
        if (population_->is_inside_evaluation()) {
            budget.ends_with_evaluation = true;
        } else {
            take_weights(recorder, *live);
        }
    }
    if (again) population_->restart();
    if (start_pending_) {
        population_->seek(0);
        population_->advance(budget);
        if (!population_->arrived()) return 0;  // others are working on it
        start_pending_ = false;
        started();
    }
    if (playback_.noising() && !results) {
        population_->seek(0);  // where the run begins after it
        return population_->advance(budget);
    }
    population_->seek(results ? steps : playback_.state());
    return population_->advance(budget);
}

double Player::record_ahead(gpu::Recorder& recorder, double operations) {
    population_->seek(playback_.state() + 1);
    const double done = population_->advance({.recorder = &recorder, .operations = operations, .shows = false});
    population_->seek(playback_.state());
    return done;
}

bool Player::works_ahead() const {
    const int next = playback_.state() + 1;
    return up_to_date() && !playback_.noising() && !playback_.backwards() && !results_ && playback_.playing() &&
           next <= playback_.steps() && !population_->is_provided_for(next);
}

bool Player::up_to_date() const {
    if (playback_.noising() && !results_) return !start_pending_;
    const int wanted = results_ ? program().steps : playback_.state();
    return !start_pending_ && population_->state() == wanted && population_->arrived();
}

double Player::operations_per_step() const {
    return population_->operations() * count() / program().steps;
}

diffusion::Eval Player::shown_evaluation() const {
    constexpr double kTelling = 0.5;  // sigma/alpha
    diffusion::Eval found;
    double nearest = std::numeric_limits<double>::infinity();
    for (const diffusion::Op& op : program().ops) {
        const auto* const eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr) continue;
        const double distance = results_ ? std::abs(std::log(eval->sigma / eval->alpha / kTelling))
                                         : std::abs(run_state().number - op.step);
        if (distance >= nearest) continue;
        nearest = distance;
        found = *eval;
    }
    return found;
}

}  // namespace scorefield::session
