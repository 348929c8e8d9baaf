#include "sample/host_shown_population.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gpu/planes.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::sample {
namespace {

/// Floating-point operations between two looks at what is asked for: some thousandths of a second.
constexpr double kOperationsAtOnce = 5e8;

}  // namespace

HostShownPopulation::HostShownPopulation(gpu::Device& device, std::span<const HostSource* const> sources,
                                         std::uint32_t particles, int registers, std::size_t in_flight)
    : population_(pool_, sources, particles, registers), stride_(gpu::round_up(particles, gpu::kParticleMultiple)) {
    population_.trace_with(device.trace());
    const VkDeviceSize bytes = VkDeviceSize{stride_} * population_.dim() * sizeof(float);
    shown_values_ = gpu::Buffer(device, "shown particles", bytes);
    for (std::size_t i = 0; i < in_flight + 1; ++i) {
        staging_.emplace_back(device, "published particles", bytes, gpu::MemoryUse::upload);
    }
    ready_values_.resize(static_cast<std::size_t>(bytes) / sizeof(float));
}

HostShownPopulation::~HostShownPopulation() {
    end_work();
}

void HostShownPopulation::load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
                               const StartInputs& inputs, const std::function<void()>& check_cancelled) {
    end_work();
    population_.load(program, seed, range, inputs, check_cancelled);
    goal_ = 0;
    shown_ = 0;
    restart();
}

void HostShownPopulation::start(diffusion::ParticleRange range, const StartInputs& inputs) {
    end_work();
    population_.start(range, inputs);
    goal_ = 0;
    restart();
}

void HostShownPopulation::restart() {
    up_to_date_ = false;
    wanted_ = -1;
    const std::lock_guard lock(mutex_);
    restarts_ = true;
    task_ = -1;
    ready_ = -1;
}

void HostShownPopulation::seek(int state) {
    if (state < 0 || state > program().steps) throw std::logic_error("HostShownPopulation::seek: no such state");
    goal_ = state;
}

double HostShownPopulation::advance(const Budget& budget) {
    {
        const std::lock_guard lock(mutex_);
        if (failure_) {
            wanted_ = -1;
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
        if (budget.shows && !arrived() && ready_ == goal_) show(*budget.recorder);
    }
    if (!(budget.shows && arrived()) && wanted_ != goal_) ask_for(goal_);
    return 0;
}

void HostShownPopulation::ask_for(int state) {
    wanted_ = state;
    {
        const std::lock_guard lock(mutex_);
        task_ = state;
    }
    // Not earlier: a thread has the priority of the one that starts it, and runs are loaded on one of low priority.
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    asked_.notify_one();
}

/// Under the mutex.
void HostShownPopulation::show(gpu::Recorder& recorder) {
    const gpu::Buffer& staging = staging_[next_staging_];
    next_staging_ = (next_staging_ + 1) % staging_.size();
    std::ranges::copy(ready_values_, staging.mapped<float>().begin());
    recorder.copy(staging, shown_values_);
    shown_ = ready_;
    up_to_date_ = true;
    ++times_shown_;
}

ParticleView HostShownPopulation::particles() const {
    return {shown_values_, 0, gpu::size32(population_.dim()), stride_, range().count};
}

void HostShownPopulation::wait() {
    std::unique_lock lock(mutex_);
    published_.wait(lock, [&] { return task_ < 0 || task_ == ready_ || failure_; });
}

void HostShownPopulation::keep_states(std::uint64_t bytes) {
    end_work();
    population_.keep_states(bytes);
}

/// The thread begins again when something is asked for.
void HostShownPopulation::end_work() {
    wanted_ = -1;
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    asked_.notify_one();
    thread_.join();
    ends_ = false;
}

void HostShownPopulation::work() {
    std::vector<float> values(ready_values_.size());
    std::unique_lock lock(mutex_);
    while (!ends_) {
        const bool asked = task_ >= 0 && task_ != ready_;
        if (!asked) {
            asked_.wait(lock);
            continue;
        }
        const int task = task_;
        const bool restarts = std::exchange(restarts_, false);
        lock.unlock();
        bool arrived = false;
        std::exception_ptr failure;
        try {
            if (restarts) population_.restart();
            population_.seek(task);
            population_.advance({.operations = kOperationsAtOnce});
            arrived = population_.arrived();
            if (arrived) population_.read_planes(values, stride_);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (failure) {
            failure_ = failure;
            task_ = -1;
        } else if (arrived && !restarts_) {
            std::swap(values, ready_values_);
            ready_ = task;
        }
        published_.notify_all();
    }
}

}  // namespace scorefield::sample
