#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"
#include "model/model.hpp"
#include "session/run_request.hpp"
#include "train/train.hpp"

namespace scorefield::session {

/// A model's score on an engine, ready for runs that ask it. The engine and the model must outlive it.
class EngineScore {
  public:
    EngineScore() = default;
    virtual ~EngineScore() = default;
    EngineScore(const EngineScore&) = delete;
    EngineScore& operator=(const EngineScore&) = delete;

    virtual std::size_t dim() const = 0;
    /// Floating-point operations per particle and evaluation.
    virtual double operations() const = 0;
    /// Which kernels were chosen.
    virtual const std::string& variant() const = 0;
    /// Memory does not grow with the number of particles. Throws base::Error (request) for a program that is not valid
    /// or an evaluation without an answer, and (running) when final states are not finite (`sink` has had only finite
    /// ones then) and when the process is interrupted.
    virtual RunResult run(const RunRequest& request, const BatchSink& sink) = 0;
};

/// What runs programs: a Vulkan device or the processor.
class Engine {
  public:
    Engine() = default;
    virtual ~Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The device's name; `host`.
    virtual std::string name() const = 0;
    /// Why it is this one, in one sentence.
    virtual std::string reason() const = 0;
    /// Throws base::Error (running) where the device's limits are too small for the model.
    virtual std::unique_ptr<EngineScore> open(const model::Model& model) = 0;
    /// The score of an exact target, which must outlive it.
    virtual std::unique_ptr<EngineScore> open(const diffusion::Target& target,
                                              const diffusion::Parametrisation& parametrisation) = 0;
    /// What trains networks on this engine, which must outlive the trainers.
    virtual train::TrainerMaker trainer_maker() = 0;
    /// Throws base::Error (running) with their number when a validation layer reported anything. Call when all is done.
    virtual void require_no_validation_messages() const = 0;
};

/// The final states of a run, (particles, dim) row-major.
std::vector<float> final_states(EngineScore& score, const RunRequest& request);

}  // namespace scorefield::session
