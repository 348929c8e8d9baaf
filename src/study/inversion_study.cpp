#include <array>
#include <cmath>

#include "data/datasets.hpp"
#include "data/scaling.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"
#include "study/engine_studies.hpp"
#include "study/round_trip.hpp"

namespace scorefield::study {
namespace {

/// Multiples of the 38 intervals between the model's levels: its process is smooth between levels only.
constexpr std::array<int, 4> kInversionSteps = {76, 152, 304, 608};

/// The levels of the model, and those between them, evenly: from the noisiest to the least noisy one.
diffusion::TimeGrid even_grid(const model::Model& model, int steps) {
    const diffusion::TimeRange range = model.process->times();
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    for (int i = 0; i < steps; ++i) {
        times.push_back(range.highest + (range.lowest_noisy - range.highest) * i / steps);
    }
    return {model.process, times, range.lowest_noisy};
}

std::vector<float> run(session::EngineScore& score, const diffusion::Program& program, std::span<const float> init) {
    session::RunRequest request;
    request.program = program;
    request.particles = static_cast<std::uint32_t>(init.size() / score.dim());
    request.init = session::rows_of(init, score.dim());
    return session::final_states(score, request);
}

}  // namespace

std::vector<Table> inversion_study(session::Engine& engine, const StudyRequest& request) {
    StudyProgress progress(request, "inversion", 1 + 2 * kInversionSteps.size());
    progress.next("exact");
    std::vector<Table> tables = {exact_inversion()};
    const settings::Settings settings;
    const model::Model model = settings::open_model(settings);
    const std::unique_ptr<session::EngineScore> score = engine.open(model);
    const data::Points data =
        data::standardise(data::open_dataset(model.data)->draw(request.seed, 0, request.particles), model.scaling);
    RoundTripTable learned(
        "Default model, in single precision, on " + std::to_string(request.particles) + " points of " + model.data,
        RoundTripTable::Score::learned);
    for (const TripKind kind : {TripKind::first_order, TripKind::second_order}) {
        for (const int steps : kInversionSteps) {
            progress.next(std::to_string(steps) + " steps");
            const RoundTrip trip = round_trip(even_grid(model, steps), model.parametrisation, kind);
            const std::vector<float> end = run(*score, trip.back, run(*score, trip.there, data.values));
            double sum = 0;
            for (std::size_t i = 0; i < end.size(); ++i) {
                sum += std::pow(static_cast<double>(end[i]) - static_cast<double>(data.values[i]), 2);
            }
            learned.add(kind, steps, std::sqrt(sum / static_cast<double>(end.size())));
        }
    }
    constexpr double kFloor = 1e-5;
    tables.push_back(learned.table(kFloor));
    return tables;
}

}  // namespace scorefield::study
