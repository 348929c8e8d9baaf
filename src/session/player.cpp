#include "session/player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace scorefield::session {
namespace {

/// What most samplers need, so that another one needs no other memory.
constexpr int kUsualRegisters = 4;

/// Of every step its first evaluation; a step without one stands where the one before it does. After the last step the
/// state is clean, unless the program has gone from data to noise.
std::vector<Moment> moments_of(const diffusion::Program& program) {
    std::vector<Moment> moments;
    for (const diffusion::Op& op : program.ops) {
        const diffusion::Eval* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || op.step < static_cast<int>(moments.size())) continue;
        moments.resize(static_cast<std::size_t>(op.step), moments.empty() ? Moment() : moments.back());
        moments.push_back({0, eval->t, eval->alpha, eval->sigma, false});
    }
    moments.resize(static_cast<std::size_t>(program.steps), moments.empty() ? Moment() : moments.back());
    const bool to_noise = moments.back().sigma * moments.front().alpha > moments.front().sigma * moments.back().alpha;
    moments.push_back(to_noise ? moments.back() : Moment{0, 0, 1, 0, true});
    for (std::size_t i = 0; i < moments.size(); ++i) moments[i].state = static_cast<int>(i);
    return moments;
}

VkDeviceSize state_bytes(const sample::ParticleView& view) {
    return VkDeviceSize{sizeof(float)} * view.dim * view.stride;
}

}  // namespace

void Player::require_room(const gpu::Device& device, const model::Model& model, const diffusion::Program& program,
                          std::uint32_t particles) {
    const int registers = std::max(program.registers, kUsualRegisters);
    const auto dim = static_cast<std::uint32_t>(model.dim());
    const std::uint32_t most = sample::Executor::largest_capacity(device, dim, registers);
    if (particles <= most) return;
    throw base::request_error(
        "too many particles", "`particles`",
        fmt::format("{} particles do not fit into one buffer of {}", particles, device.properties().name),
        fmt::format("give at most {}, or use sample, which works in batches", most));
}

Player::Player(gpu::Device& device, const model::Model& model, const PreparedRun& run)
    : device_(device), model_(model), score_(device, model), spec_(run.spec) {
    take(run);
}

void Player::take(const PreparedRun& run) {
    const std::uint32_t particles = run.spec.particles;
    std::unique_ptr<sample::Executor> larger;
    gpu::Buffer shown;
    if (!executor_ || particles > executor_->capacity() || run.program.registers > executor_->registers()) {
        const int registers = std::max(run.program.registers, executor_ ? executor_->registers() : kUsualRegisters);
        require_room(device_, model_, run.program, particles);
        sample::GpuSource* const sources[] = {&score_.source()};
        larger = std::make_unique<sample::Executor>(device_, sources, particles, registers);
        shown = gpu::Buffer(device_, "shown particles", state_bytes(larger->state()));
    }
    std::optional<gpu::Buffer> start = make_start(run.start, larger ? *larger : *executor_);
    try {
        if (larger) larger->warm_up();
        (larger ? larger : executor_)->load(run.program, run.spec.seed, {0, particles});
    } catch (const base::Error&) {
        if (executor_) reload();
        throw;
    }
    if (larger) {
        executor_ = std::move(larger);
        shown_ = std::move(shown);
    }
    start_ = std::move(start);
    const bool playing = playback_.playing();
    playback_ = Playback(run.program.steps);
    if (!playing) playback_.pause();
    moments_ = moments_of(run.program);
    spec_ = run.spec;
    start_again();
}

/// Puts back what another executor has put into the network, which they share.
void Player::reload() {
    executor_->load(program(), spec_.seed, {0, spec_.particles});
    playback_.restart();
    start_again();
}

std::optional<gpu::Buffer> Player::make_start(const std::vector<float>& states,
                                              const sample::Executor& executor) const {
    if (states.empty()) return std::nullopt;
    const sample::ParticleView view = executor.state();
    gpu::Buffer buffer(device_, "start states", state_bytes(view), gpu::MemoryUse::upload);
    const std::span<float> planes = buffer.mapped<float>();
    std::ranges::fill(planes, 0.0F);
    for (std::size_t i = 0; i < states.size(); ++i) planes[i % view.dim * view.stride + i / view.dim] = states[i];
    return buffer;
}

void Player::record_start(gpu::Recorder& recorder) {
    executor_->record_start(recorder, {.init = start_ ? &*start_ : nullptr});
}

void Player::start_again() {
    recorded_ = 0;
    advanced_ = 0;
    shown_state_ = 0;
    start_recorded_ = false;
}

void Player::prepare_live(const gpu::Buffer& trained, std::size_t classes) {
    score_.network()->prepare_loads(classes);
    gpu::Recorder recorder(device_, "live weights");
    recorder.begin();
    score_.network()->record_load(recorder, trained);
    device_.wait(device_.submit(recorder));
}

void Player::take_weights(gpu::Recorder& recorder, const LiveWeights& live) {
    if (has_taken(live)) return;
    const auto scope = recorder.scope("network");
    score_.network()->record_load(recorder, live.trained, live.label);
    version_ = live.version;
    label_ = live.label;
}

std::uint64_t Player::record(gpu::Recorder& recorder, std::uint64_t most, const std::function<void()>& started,
                             const LiveWeights* live) {
    const bool results = live != nullptr && live->restart;
    if (results != results_) {
        playback_.restart();
        start_again();
        results_ = results;
    }
    const bool again =
        results && start_recorded_ && playback_.playing() && recorded_ == program().steps && !has_taken(*live);
    if (live != nullptr && (!results || again || !start_recorded_)) take_weights(recorder, *live);
    if (again) {
        recorded_ = 0;
        advanced_ = 0;
        record_start(recorder);
    }
    const int wanted = results ? program().steps : playback_.state();
    if (!start_recorded_ || wanted < recorded_) {
        start_again();
        record_start(recorder);
        start_recorded_ = true;
        keep_state(recorder);
        started();
    }
    std::uint64_t done = 0;
    while (recorded_ < wanted && done < most) done += record_block(recorder, most - done);
    return done;
}

/// Lets some of the particles take the step after the last whole state.
std::uint64_t Player::record_block(gpu::Recorder& recorder, std::uint64_t most) {
    const std::uint32_t rest = spec_.particles - advanced_;
    const auto wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, rest));
    const std::uint32_t count = std::min(rest, gpu::round_up(wanted, gpu::kParticleMultiple));
    executor_->record_step(recorder, recorded_, {advanced_, count});
    advanced_ += count;
    if (advanced_ == spec_.particles) {
        ++recorded_;
        advanced_ = 0;
        if (!results_ || recorded_ == program().steps) keep_state(recorder);
    }
    return count;
}

void Player::keep_state(gpu::Recorder& recorder) {
    const sample::ParticleView state = executor_->state();
    const auto reg = recorded_ == 0 ? static_cast<std::uint32_t>(program().init_register) : state.reg;
    const auto scope = recorder.scope("sampler");
    recorder.copy(state.values, reg * state_bytes(state), shown_, 0, state_bytes(state));
    shown_state_ = recorded_;
}

sample::ParticleView Player::particles() const {
    const sample::ParticleView state = executor_->state();
    return {shown_, 0, state.dim, state.stride, state.count};
}

}  // namespace scorefield::session
