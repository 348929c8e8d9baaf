// Whole runs, as `scorefield sample` does them, on any engine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "bench/engine_cases.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::bench {
namespace {

class Sampling final : public Case {
  public:
    Sampling(session::Engine& engine, const model::Model& model, const std::string& sampler, int steps,
             std::uint32_t particles)
        : model_(model), score_(engine.open(model)) {
        diffusion::SamplerSettings settings;
        settings.name = sampler;
        request_.program =
            compile_program(diffusion::make_time_grid(model.process, diffusion::SpacingSettings{}, steps),
                            model.parametrisation, settings);
        request_.particles = particles;
    }

    std::string name() const override {
        return fmt::format("sample_{}_{}_{}", request_.program.sampler, request_.program.steps, request_.particles);
    }
    double work() const override { return score_->operations() * request_.particles * request_.program.evaluations(); }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

    /// The first and the last particles against the interpreter.
    void check() override {
        const std::size_t dim = score_->dim();
        std::vector<float> rows(request_.particles * dim, std::numeric_limits<float>::quiet_NaN());
        score_->run(request_, [&](const session::Batch& batch) {
            std::ranges::copy(batch.rows, rows.begin() + static_cast<std::ptrdiff_t>(batch.first * dim));
        });
        for (const float value : rows) {
            if (!std::isfinite(value)) throw wrong_result(name(), "a particle is missing");
        }
        constexpr std::uint32_t kChecked = 64;
        for (const std::uint32_t first : {0U, request_.particles - kChecked}) {
            const std::vector<double> expected = interpreted({first, kChecked});
            for (std::size_t i = 0; i < expected.size(); ++i) {
                require_near(name(), static_cast<double>(rows[first * dim + i]), expected[i],
                             tolerance() * std::max(1.0, std::abs(expected[i])));
            }
        }
    }

    double measure() override {
        return score_->run(request_, [](const session::Batch&) {}).seconds;
    }

  private:
    std::vector<double> interpreted(diffusion::ParticleRange range) const {
        const diffusion::Program& program = request_.program;
        const std::unique_ptr<diffusion::ScoreSource> source = model_.host_score();
        const diffusion::ScoreSource* const sources[] = {source.get()};
        const std::vector<double> start =
            diffusion::initial_state(program, request_.seed, range, static_cast<int>(score_->dim()));
        return diffusion::interpret(program, sources, start, request_.seed, range);
    }

    /// In single precision networks stay within 4e-6 of double precision per step.
    double tolerance() const { return 4e-6 * request_.program.steps; }

    const model::Model& model_;
    std::unique_ptr<session::EngineScore> score_;
    session::RunRequest request_;
};

}  // namespace

std::unique_ptr<Case> make_sampling(session::Engine& engine, const model::Model& model, const std::string& sampler,
                                    int steps, std::uint32_t particles) {
    return std::make_unique<Sampling>(engine, model, sampler, steps, particles);
}

}  // namespace scorefield::bench
