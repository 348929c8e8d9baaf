#include "data/npy_types.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>

namespace scorefield::data {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they stand in memory");

template <typename Number>
double number_at(const char* place) {
    Number number = {};
    std::memcpy(&number, place, sizeof number);
    return static_cast<double>(number);
}

/// IEEE 754 binary16: a sign, 5 bits of the exponent, 10 of the fraction.
double half_at(const char* place) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, place, sizeof bits);
    const int exponent = (bits >> 10U) & 31;
    const int fraction = bits & 1023;
    double size = std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 0) size = std::ldexp(fraction, -24);
    if (exponent == 31) size = fraction == 0 ? HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
    return bits >> 15U == 0 ? size : -size;
}

double truth_at(const char* place) {
    return *place == 0 ? 0 : 1;
}

constexpr NpyType kTypes[] = {
    {"f4", 4, true, number_at<float>},
    {"f8", 8, false, number_at<double>},
    {"f2", 2, true, half_at},
    {"b1", 1, true, truth_at},
    {"i1", 1, true, number_at<std::int8_t>},
    {"u1", 1, true, number_at<std::uint8_t>},
    {"i2", 2, true, number_at<std::int16_t>},
    {"u2", 2, true, number_at<std::uint16_t>},
    {"i4", 4, false, number_at<std::int32_t>},
    {"u4", 4, false, number_at<std::uint32_t>},
    {"i8", 8, false, number_at<std::int64_t>},
    {"u8", 8, false, number_at<std::uint64_t>},
};

}  // namespace

const NpyType* find_npy_type(std::string_view descr) {
    if (descr.empty()) return nullptr;
    const auto* const type = std::ranges::find(kTypes, descr.substr(1), &NpyType::name);
    if (type == std::end(kTypes)) return nullptr;
    // Single bytes have no order.
    const std::string_view signs = type->bytes == 1 ? "|<>=" : "<>=";
    return signs.find(descr.front()) == std::string_view::npos ? nullptr : type;
}

bool is_big_end_first(std::string_view descr) {
    return descr.starts_with('>');
}

UnknownNpyType explain_npy_type(std::string_view descr) {
    const char kind = descr.size() < 2 ? '\0' : descr[1];
    switch (kind) {
        case 'O':
            return {"Python objects", "convert them to numbers: numpy.array(a.tolist(), dtype='float32')"};
        case 'U':
        case 'S':
        case 'a':
            return {"text", "convert it to numbers: a.astype('float64')"};
        case 'c':
            return {"complex numbers",
                    "save the real and the imaginary part as two coordinates: numpy.stack([a.real, a.imag], axis=-1)"};
        case 'M':
            return {"datetimes", "convert them to numbers: (a - a.min()) / numpy.timedelta64(1, 's')"};
        case 'm':
            return {"timedeltas", "convert them to numbers: a / numpy.timedelta64(1, 's')"};
        case 'V':
            return {"raw bytes (void)", "convert them to numbers: a.astype('float32')"};
        case 'f':
            return {"floats of unsupported size", "convert them to doubles: a.astype('float64')"};
        default:
            return {"an unknown type", "convert it to numbers: a.astype('float32')"};
    }
}

}  // namespace scorefield::data
