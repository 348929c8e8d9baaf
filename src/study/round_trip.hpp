#pragma once

#include <memory>

#include "diffusion/program.hpp"
#include "diffusion/time_grid.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// Data to noise along the probability flow, and back.
struct RoundTrip {
    diffusion::Program there;
    diffusion::Program back;
};

/// How a round trip goes there, and how back.
enum class TripKind {
    first_order,   ///< ddim_inverse and ddim
    second_order,  ///< ddim_inverse of second order and heun
    one_way,       ///< ddim_inverse of second order, and back as good as exactly
};

/// Over the nodes of `grid`, which ends with noise left; the way back of `one_way` is that of second order.
RoundTrip round_trip(const diffusion::TimeGrid& grid, const diffusion::Parametrisation& prediction, TripKind kind);

/// Root mean square of what an exact mixture's draws miss themselves by after there and back in `steps` steps each,
/// under vp in double precision.
double exact_round_trip_error(TripKind kind, int steps);

/// Error against steps, with its slope beside the expected one. Of an exact score from each row to the next: −1, −3 and
/// −2; Heun's rule with steps of the other sign has the same leading error, h², which so cancels in a round trip of its
/// own. A network is smooth only over steps much finer than its own features: its slope is taken over all the rows, and
/// Heun's is that of either way, −2.
class RoundTripTable {
  public:
    enum class Score { exact, learned };
    RoundTripTable(const std::string& title, Score score);
    void add(TripKind kind, int steps, double error);
    /// `floor`: errors below are rounding.
    Table table(double floor) const;

  private:
    struct Row {
        TripKind kind = TripKind::first_order;
        int steps = 0;
        double error = 0;
    };
    /// Where the slope of row i begins; i itself where it has none.
    std::size_t start_of(std::size_t i) const;
    /// Whether the slope of row i is judged: it has one, and its error is not rounding. For a learned score only the
    /// last such row of its kind is judged.
    bool is_judged(std::size_t i, double floor) const;

    std::string title_;
    Score score_;
    std::vector<Row> rows_;
};

/// The host's part of study inversion.
Table exact_inversion();

}  // namespace scorefield::study
