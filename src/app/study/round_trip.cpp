#include "app/study/round_trip.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::app {
namespace {

using namespace diffusion;

constexpr std::array<int, 4> kSteps = {100, 200, 400, 800};

/// vp, nodes even in λ = log(alpha/sigma).
Course even_course(int steps) {
    constexpr double kFirst = -4.6;
    constexpr double kLast = 3;
    ProcessSettings settings;
    settings.name = "vp";
    const std::shared_ptr<const NoiseProcess> process = make_process(settings);
    std::vector<double> times;
    for (int i = 0; i < steps; ++i) times.push_back(process->time_at(kFirst + (kLast - kFirst) * i / steps));
    return {process, times, process->time_at(kLast)};
}

}  // namespace

RoundTrip round_trip(const Course& course, const Parametrisation& prediction, int order) {
    SamplerSettings there;
    there.name = "ddim_inverse";
    there.order = order;
    SamplerSettings back;
    back.name = order == 1 ? "ddim" : "heun";
    return {compile_program(course.reversed(), prediction, there), compile_program(course, prediction, back)};
}

double exact_round_trip_error(int order, int steps) {
    constexpr ParticleRange kParticles = {0, 64};
    TargetSettings settings;
    settings.name = "mixture_d";
    const std::shared_ptr<const Target> target = open_target(settings);
    const ExactScore source(target, Prediction::x0);
    const ScoreSource* const sources[] = {&source};
    const Course course = even_course(steps);
    const RoundTrip trip = round_trip(course, Prediction::x0, order);
    const std::vector<double> start = target->sample(0, kParticles, course.steps().back().to.at);
    const std::vector<double> noise = interpret(trip.there, sources, start, 0, kParticles);
    const std::vector<double> end = interpret(trip.back, sources, noise, 0, kParticles);
    double sum = 0;
    for (std::size_t i = 0; i < end.size(); ++i) sum += (end[i] - start[i]) * (end[i] - start[i]);
    return std::sqrt(sum / static_cast<double>(end.size()));
}

RoundTripTable::RoundTripTable(const std::string& title) : title_(title) {}

void RoundTripTable::add(int order, int steps, double error) {
    rows_.push_back({order, steps, error});
}

Table RoundTripTable::table(double floor) const {
    constexpr double kAgreement = 0.25;
    Table table = {
        .title = title_,
        .columns = {"there and back", "steps", "error", "expected slope", "measured slope", "met"},
        .rows = {},
        .notes = {fmt::format("Error: root mean square of end less start, in standardised units. Slope of its "
                              "logarithm over that of the steps from the row before, and -order expected, within "
                              "{}; not judged where the error is below {}, which is rounding.",
                              kAgreement, floor)}};
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        std::vector<Cell> cells = {row.order == 1 ? "ddim_inverse, ddim" : "ddim_inverse of order 2, heun",
                                   std::int64_t{row.steps}, row.error};
        const bool first = i == 0 || rows_[i - 1].order != row.order;
        const double slope = first ? 0
                                   : std::log(row.error / rows_[i - 1].error) /
                                         std::log(static_cast<double>(row.steps) / rows_[i - 1].steps);
        cells.emplace_back(std::int64_t{-row.order});
        cells.push_back(first ? Cell("-") : Cell(slope));
        cells.push_back(first || row.error < floor ? Cell("-") : Cell(std::abs(slope + row.order) <= kAgreement));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Table exact_inversion() {
    RoundTripTable table("Exact score of 0.2 N((-5, -5), I) + 0.8 N((5, 5), I) under vp, in double precision");
    for (const int order : {1, 2}) {
        for (const int steps : kSteps) table.add(order, steps, exact_round_trip_error(order, steps));
    }
    constexpr double kFloor = 1e-11;
    return table.table(kFloor);
}

}  // namespace scorefield::app
