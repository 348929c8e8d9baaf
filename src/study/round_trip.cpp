#include "study/round_trip.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/targets.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

constexpr std::array<int, 4> kRoundTripSteps = {100, 200, 400, 800};

/// vp, nodes even in λ = log(alpha/sigma).
TimeGrid even_grid(int steps) {
    constexpr double kFirst = -4.6;
    constexpr double kLast = 3;
    const std::shared_ptr<const NoiseProcess> process = diffusion::make_process({.name = "vp"});
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    for (int i = 0; i < steps; ++i) times.push_back(process->time_at(kFirst + (kLast - kFirst) * i / steps));
    return {process, times, process->time_at(kLast)};
}

std::string name_of(TripKind kind) {
    switch (kind) {
        case TripKind::first_order:
            return "ddim_inverse, ddim";
        case TripKind::second_order:
            return "ddim_inverse of order 2, heun";
        case TripKind::one_way:
            return "ddim_inverse of order 2, exactly back";
    }
    return {};
}

int expected_slope(TripKind kind, RoundTripTable::Score score) {
    switch (kind) {
        case TripKind::first_order:
            return -1;
        case TripKind::second_order:
            return score == RoundTripTable::Score::exact ? -3 : -2;
        case TripKind::one_way:
            return -2;
    }
    return 0;
}

}  // namespace

RoundTrip round_trip(const TimeGrid& grid, const Parametrisation& prediction, TripKind kind) {
    SamplerSettings there;
    there.name = "ddim_inverse";
    there.order = kind == TripKind::first_order ? 1 : 2;
    SamplerSettings back;
    back.name = kind == TripKind::first_order ? "ddim" : "heun";
    return {compile_program(grid.reversed(), prediction, there), compile_program(grid, prediction, back)};
}

double exact_round_trip_error(TripKind kind, int steps) {
    constexpr int kExactSteps = 2000;  // of rk4: error (7.6/2000)⁴
    constexpr ParticleRange kParticles = {0, 64};
    const std::shared_ptr<const Target> target = diffusion::open_target({.name = "mixture_d"});
    const ExactScore source(target, Prediction::x0);
    const ScoreSource* const sources[] = {&source};
    const TimeGrid grid = even_grid(steps);
    RoundTrip trip = round_trip(grid, Prediction::x0, kind);
    if (kind == TripKind::one_way) {
        SamplerSettings exact;
        exact.name = "rk4";
        trip.back = compile_program(even_grid(kExactSteps), Prediction::x0, exact);
    }
    const std::vector<double> start = target->sample(0, kParticles, grid.steps().back().to.at);
    const std::vector<double> noise = interpret(trip.there, sources, start, 0, kParticles);
    const std::vector<double> end = interpret(trip.back, sources, noise, 0, kParticles);
    double sum = 0;
    for (std::size_t i = 0; i < end.size(); ++i) sum += (end[i] - start[i]) * (end[i] - start[i]);
    return std::sqrt(sum / static_cast<double>(end.size()));
}

RoundTripTable::RoundTripTable(const std::string& title, Score score) : title_(title), score_(score) {}

void RoundTripTable::add(TripKind kind, int steps, double error) {
    rows_.push_back({kind, steps, error});
}

std::size_t RoundTripTable::start_of(std::size_t i) const {
    if (i == 0 || rows_[i - 1].kind != rows_[i].kind) return i;
    return score_ == Score::exact ? i - 1 : start_of(i - 1);
}

bool RoundTripTable::is_judged(std::size_t i, double floor) const {
    if (start_of(i) == i || rows_[i].error < floor) return false;
    const bool last = i + 1 == rows_.size() || rows_[i + 1].kind != rows_[i].kind || rows_[i + 1].error < floor;
    return score_ == Score::exact || last;
}

Table RoundTripTable::table(double floor) const {
    constexpr double kAgreement = 0.25;
    Table table = {
        .title = title_,
        .columns = {"there and back", "steps", "error", "expected slope", "measured slope", "pass"},
        .rows = {},
        .notes = {fmt::format("Error: root mean square of end minus start, in standardised units. Slope: log error "
                              "over log steps, from {}. 'pass': the slope is at most the expected one + {}. Rows with "
                              "an error below {} (rounding) are not judged.",
                              score_ == Score::exact ? "the row before" : "the first row; the last row is judged",
                              kAgreement, floor)}};
    table.notes.emplace_back(score_ == Score::exact
                                 ? "The leading errors of Heun's method there and back cancel: the error of the round "
                                   "trip falls as 1/steps^3, that of either way as 1/steps^2."
                                 : "A network is smooth only over steps much finer than its features: slopes settle "
                                   "late, and Heun's method is expected to reach only the 1/steps^2 of either way.");
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        const Row& start = rows_[start_of(i)];
        std::vector<Cell> cells = {name_of(row.kind), std::int64_t{row.steps}, row.error};
        const bool first = start_of(i) == i;
        const double slope =
            first ? 0 : std::log(row.error / start.error) / std::log(static_cast<double>(row.steps) / start.steps);
        const int expected = expected_slope(row.kind, score_);
        cells.emplace_back(std::int64_t{expected});
        cells.push_back(first ? Cell("-") : Cell(slope));
        cells.push_back(is_judged(i, floor) ? Cell(slope <= expected + kAgreement) : Cell("-"));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Table exact_inversion() {
    RoundTripTable table("Exact score of 0.2 N((-5, -5), I) + 0.8 N((5, 5), I) under vp, in double precision",
                         RoundTripTable::Score::exact);
    for (const TripKind kind : {TripKind::first_order, TripKind::second_order, TripKind::one_way}) {
        for (const int steps : kRoundTripSteps) table.add(kind, steps, exact_round_trip_error(kind, steps));
    }
    constexpr double kFloor = 1e-11;
    return table.table(kFloor);
}

}  // namespace scorefield::study
