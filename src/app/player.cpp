#include "app/player.hpp"

#include <fmt/format.h>

#include <variant>

#include "base/error.hpp"

namespace scorefield::app {
namespace {

/// The most that any sampler needs, so that another sampler needs no other memory.
constexpr int kRegisters = 3;

std::vector<Moment> moments_of(const diffusion::Program& program) {
    std::vector<Moment> moments(static_cast<std::size_t>(program.steps) + 1);
    int next = 0;
    for (const diffusion::Op& op : program.ops) {
        const diffusion::Eval* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || op.step < next) continue;
        next = op.step + 1;
        moments[static_cast<std::size_t>(op.step)] = {op.step, eval->t, eval->alpha, eval->sigma, false};
    }
    moments.back() = {program.steps, 0, 1, 0, true};
    return moments;
}

void require_room(const gpu::Device& device, std::uint32_t dim, std::uint32_t particles) {
    const std::uint64_t bytes_each = sizeof(float) * std::uint64_t{dim} * kRegisters;
    const std::uint64_t most =
        device.properties().max_storage_buffer_bytes / bytes_each / nn::kParticleMultiple * nn::kParticleMultiple;
    if (particles <= most) return;
    throw base::request_error(
        "too many particles", "--particles",
        fmt::format("{} at once do not fit into one buffer of {}", particles, device.properties().name),
        fmt::format("give at most {}, or use sample, which works in batches", most));
}

}  // namespace

Player::Run::Run(const Settings& settings)
    : sampler(settings.sampler),
      steps(settings.steps),
      spacing(settings.spacing),
      timesteps(settings.timesteps),
      seed(settings.seed),
      particles(settings.particles) {}

Player::Player(gpu::Device& device, const Model& model, const Settings& settings)
    : device_(device),
      model_(model),
      network_(device, model.checkpoint.network, model.checkpoint.tensors),
      run_(settings) {
    load(settings);
}

void Player::reserve(std::uint32_t particles) {
    if (executor_ && particles <= executor_->capacity()) return;
    require_room(device_, network_.dim(), particles);
    executor_ = std::make_unique<sample::Executor>(device_, network_, particles, kRegisters);
    executor_->warm_up();
}

void Player::load(const Settings& settings) {
    const diffusion::Program program = build_program(settings, *model_.process, model_.checkpoint.prediction);
    reserve(settings.particles);
    executor_->load(program, settings.seed, {0, settings.particles});
    const bool playing = playback_.playing();
    playback_ = Playback(program.steps);
    if (!playing) playback_.pause();
    moments_ = moments_of(program);
    run_ = Run(settings);
    recorded_ = 0;
    start_recorded_ = false;
}

void Player::apply(const Settings& settings) {
    if (run_ != Run(settings)) load(settings);
}

void Player::record(gpu::Recorder& recorder, const std::function<void()>& started) {
    const int shown = playback_.state();
    if (!start_recorded_ || shown < recorded_) {
        executor_->record_start(recorder);
        recorded_ = 0;
        start_recorded_ = true;
        started();
    }
    for (; recorded_ < shown; ++recorded_) executor_->record_step(recorder, recorded_);
}

sample::ParticleView Player::particles() const {
    const sample::ParticleView result = executor_->state();
    if (recorded_ > 0) return result;
    return {result.values, static_cast<std::uint32_t>(program().init_register), result.dim, result.stride,
            result.count};
}

}  // namespace scorefield::app
