#pragma once

#include <memory>
#include <string>

#include "base/thread_pool.hpp"
#include "base/trace.hpp"
#include "sample/host_source.hpp"
#include "session/engine.hpp"

namespace scorefield::session {

/// A model's score on the host: the network or the exact target. The model must outlive it.
std::unique_ptr<sample::HostSource> make_host_source(const model::Model& model);

/// Runs a request on the host. Throws as EngineScore::run. `trace`: shows the work; null: nothing does.
RunResult run_batches(base::ThreadPool& pool, const sample::HostSource& source, const RunRequest& request,
                      const BatchSink& sink, base::Trace* trace = nullptr);

/// The processor's own engine, on all of its cores.
class HostEngine final : public Engine {
  public:
    /// `trace`: shows the work of runs, and outlives the engine; null: nothing does.
    explicit HostEngine(std::string reason, base::Trace* trace = nullptr) : reason_(std::move(reason)), trace_(trace) {}

    std::string name() const override { return "host"; }
    std::string reason() const override { return reason_; }
    std::unique_ptr<EngineScore> open(const model::Model& model) override;
    std::unique_ptr<EngineScore> open(const diffusion::Target& target,
                                      const diffusion::Parametrisation& parametrisation) override;
    train::TrainerMaker trainer_maker() override { return train::make_host_trainer; }
    void require_no_validation_messages() const override {}

  private:
    std::string reason_;
    base::Trace* trace_;
    base::ThreadPool pool_;
};

}  // namespace scorefield::session
