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

/// Over the nodes of `course`, which ends with noise left. Order 1: ddim_inverse and ddim; order 2: ddim_inverse of
/// second order and heun.
RoundTrip round_trip(const diffusion::Course& course, const diffusion::Parametrisation& prediction, int order);

/// Root mean square of what an exact mixture's draws miss themselves by after there and back in `steps` steps each,
/// under vp in double precision.
double exact_round_trip_error(int order, int steps);

/// Error against steps, with the slope from each row to the next beside the order.
class RoundTripTable {
  public:
    explicit RoundTripTable(const std::string& title);
    void add(int order, int steps, double error);
    /// `floor`: errors below are rounding.
    Table table(double floor) const;

  private:
    struct Row {
        int order = 1;
        int steps = 0;
        double error = 0;
    };
    std::string title_;
    std::vector<Row> rows_;
};

/// The host's part of study inversion.
Table exact_inversion();

}  // namespace scorefield::app
