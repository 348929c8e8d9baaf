#pragma once

#include <memory>

#include "app/study/table.hpp"
#include "diffusion/course.hpp"
#include "diffusion/program.hpp"

namespace scorefield::app {

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

/// Over the nodes of `course`, which ends with noise left; the way back of `one_way` is that of second order.
RoundTrip round_trip(const diffusion::Course& course, const diffusion::Parametrisation& prediction, TripKind kind);

/// Root mean square of what an exact mixture's draws miss themselves by after there and back in `steps` steps each,
/// under vp in double precision.
double exact_round_trip_error(TripKind kind, int steps);

/// Error against steps, with the slope from each row to the next beside the expected one: −1, −3 and −2. Heun's rule
/// with steps of the other sign has the same leading error, h², which so cancels in a round trip of its own.
class RoundTripTable {
  public:
    explicit RoundTripTable(const std::string& title);
    void add(TripKind kind, int steps, double error);
    /// `floor`: errors below are rounding.
    Table table(double floor) const;

  private:
    struct Row {
        TripKind kind = TripKind::first_order;
        int steps = 0;
        double error = 0;
    };
    std::string title_;
    std::vector<Row> rows_;
};

/// The host's part of study inversion.
Table exact_inversion();

}  // namespace scorefield::app
