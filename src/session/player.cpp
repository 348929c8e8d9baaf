#include "session/player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace scorefield::session {

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

double Player::record_ahead(gpu::Recorder& recorder, double operations, int state) {
    population_->seek(state);
    const double done = population_->advance({.recorder = &recorder, .operations = operations, .shows = false});
    population_->seek(playback_.state());
    return done;
}

std::optional<int> Player::next_state() const {
    const bool goes_on = playback_.playing() && !playback_.noising() && !playback_.backwards() && !results_;
    if (!goes_on || playback_.state() >= playback_.steps()) return std::nullopt;
    return playback_.state() + 1;
}

bool Player::works_ahead(int state) const {
    return up_to_date() && !playback_.noising() && !results_ && state != playback_.state() &&
           !population_->is_provided_for(state);
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
