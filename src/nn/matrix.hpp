#pragma once

#include <cstddef>
#include <vector>

namespace scorefield::nn {

/// Double-precision values of the reference, row-major (rows, columns).
struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;

    Matrix() = default;
    Matrix(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), values(row_count * column_count) {}

    double& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
    double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
    /// A matrix of one row stands for any number of equal rows.
    double repeated(std::size_t row, std::size_t column) const { return at(rows == 1 ? 0 : row, column); }

    bool operator==(const Matrix&) const = default;
};

}  // namespace scorefield::nn
