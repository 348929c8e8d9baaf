#include "data/npy.hpp"

#include <limits>
#include <numeric>
#include <random>

#include "files_for_tests.hpp"
#include "npy_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::HasSubstr;

class Npy : public FileTest {
  protected:
    auto reading() const {
        return [this] { read_npy(path); };
    }
};

TEST_F(Npy, WritesNothingThatIsNotFinite) {
    for (const float wrong : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        EXPECT_THROW(write_npy(path, {3}, std::vector<float>{1, wrong, 2}), base::Error);
        EXPECT_FALSE(std::filesystem::exists(path));
    }
}

TEST_F(Npy, ReadsEveryVersionTypeAndRank) {
    const std::vector<float> values = {1, -2.5F, 3, 4, 5, 6};
    for (const char version : {'\1', '\2', '\3'}) {
        replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", raw(values), version));
        EXPECT_EQ(read_npy(path), (Tensor{{3, 2}, values}));
    }
    replace(npy("{\"shape\": (1,3,2), \"fortran_order\": False, \"descr\": \"<f8\"}",
                raw(std::vector<double>(values.begin(), values.end()))));
    EXPECT_EQ(read_npy(path), (Tensor{{1, 3, 2}, values}));
    replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", raw(values)));
    EXPECT_EQ(read_points(path), (Points{6, 1, values}));
    replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", raw(std::vector<float>{7})));
    EXPECT_EQ(read_npy(path), (Tensor{{}, {7}}));
    replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }", ""));
    EXPECT_EQ(read_npy(path), (Tensor{{0, 5}, {}}));
}

template <typename Number>
void expect_read(const std::filesystem::path& path, const std::string& type) {
    const std::vector<Number> values = {std::numeric_limits<Number>::min(), 0, 77, std::numeric_limits<Number>::max()};
    std::ofstream(path, std::ios::binary)
        << npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (2, 2), }", raw(values));
    std::vector<float> expected;
    for (const Number value : values) expected.push_back(static_cast<float>(value));
    EXPECT_EQ(read_npy(path), (Tensor{{2, 2}, expected})) << type;
}

TEST_F(Npy, ReadsIntegers) {
    expect_read<std::int8_t>(path, "|i1");
    expect_read<std::uint8_t>(path, "|u1");
    expect_read<std::int16_t>(path, "<i2");
    expect_read<std::uint16_t>(path, "<u2");
    expect_read<std::int32_t>(path, "<i4");
    expect_read<std::uint32_t>(path, "<u4");
    expect_read<std::int64_t>(path, "<i8");
    expect_read<std::uint64_t>(path, "<u8");
}

TEST_F(Npy, ReadsTheBigEndFirst) {
    // numpy.save(numpy.array([1, -2.5], '>f4')), and of 258 as >i2, -1.5 as >f8, 1 as >f2.
    const auto expect = [&](const std::string& type, const std::string& values, const std::vector<float>& expected) {
        replace(npy(
            "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(expected.size()) + ",), }",
            values));
        EXPECT_EQ(read_npy(path).values, expected) << type;
    };
    expect(">f4", std::string("\x3f\x80\0\0\xc0\x20\0\0", 8), {1, -2.5F});
    expect(">i2", "\x01\x02", {258});
    expect(">f8", std::string("\xbf\xf8\0\0\0\0\0\0", 8), {-1.5F});
    expect(">f2", std::string("\x3c\0", 2), {1});
    expect("=f4", raw(std::vector<float>{3}), {3});
}

TEST_F(Npy, ReadsHalvesAndTruthValues) {
    const auto of_halves = [&](const std::vector<std::uint16_t>& halves) {
        replace(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (" + std::to_string(halves.size()) + ",), }",
                    raw(halves)));
        return read_npy(path).values;
    };
    // The definition of binary16: 1, -2, its largest, smallest normal, largest and smallest subnormal, 0, -0, a third.
    EXPECT_EQ(of_halves({0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x0000, 0x8000, 0x3555}),
              (std::vector<float>{1, -2, 65504, 0x1p-14F, 1023 * 0x1p-24F, 0x1p-24F, 0, -0.0F, 0.333251953125F}));
    for (const std::uint16_t bad : std::vector<std::uint16_t>{0x7c00, 0xfc00, 0x7e00, 0xfc01}) {
        expect_refused([&] { of_halves({0, bad}); }, "a half that is not finite", "value 1");
    }
    replace(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", std::string("\1\0\1", 3)));
    EXPECT_EQ(read_npy(path).values, (std::vector<float>{1, 0, 1}));
}

TEST_F(Npy, KeepsTheDigitsOfPointsFarFromZero) {
    // Float32 is 128 apart there.
    const std::vector<double> seconds = {1.7e9 + 0.25, 5, 1.7e9 + 60.5, 7.5};
    replace(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", raw(seconds)));
    EXPECT_EQ(read_npy_points(path).points,
              (Points{2, 2, {-30.125F, -1.25F, 30.125F, 1.25F}, {}, {1.7e9 + 30.375, 6.25}}));
    EXPECT_EQ(read_precise_points(path), read_npy_points(path).points);
    replace(npy("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1), }",
                std::string("\0\0\0\0\x3b\x9a\xca\x01\0\0\0\0\x3b\x9a\xca\x03", 16)));  // 10⁹ + 1, 10⁹ + 3
    EXPECT_EQ(read_npy_points(path).points, (Points{2, 1, {-1, 1}, {}, {1e9 + 2}}));
    // What float32 holds stays as it is.
    replace(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", raw(std::vector<double>{1e6, 1e6 + 1})));
    EXPECT_EQ(read_npy_points(path).points, (Points{2, 1, {1e6F, 1e6F + 1}}));
    replace(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", raw(std::vector<double>{0.1, 1e300})));
    expect_refused([&] { static_cast<void>(read_npy_points(path)); }, "a value too large", "value 1");
}

TEST_F(Npy, ReadsFortranOrder) {
    // numpy.save(numpy.arange(12).reshape(2, 3, 2, order='F')): the first index runs fastest in the file.
    std::vector<float> stored(12);
    std::iota(stored.begin(), stored.end(), 0.0F);
    replace(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 2), }", raw(stored)));
    EXPECT_EQ(read_npy(path), (Tensor{{2, 3, 2}, {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}}));
    replace(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", raw(std::vector<float>{1, 2, 3, 4})));
    EXPECT_EQ(read_points(path), (Points{2, 2, {1, 3, 2, 4}}));
    replace(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 2), }", ""));
    EXPECT_EQ(read_npy(path), (Tensor{{0, 2}, {}}));
}

TEST_F(Npy, ReadsManyValuesInPieces) {
    std::vector<double> values(200'001);
    std::iota(values.begin(), values.end(), -1000.0);
    replace(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (200001,), }", raw(values)));
    EXPECT_EQ(read_npy(path).values, std::vector<float>(values.begin(), values.end()));
}

TEST_F(Npy, WritesInPiecesOfAnyOrderWhatItReads) {
    std::mt19937 random(3);
    for (const std::vector<std::size_t>& shape :
         std::vector<std::vector<std::size_t>>{{}, {1}, {5}, {4, 3}, {3, 2, 2}, {2, 1, 3, 2}, {0, 2}}) {
        std::size_t count = 1;
        for (const std::size_t size : shape) count *= size;
        std::vector<float> values(count);
        for (float& value : values) value = static_cast<float>(random()) * 1e-6F;
        NpyWriter writer(path, shape);
        const std::span<const float> all(values);
        writer.write(count / 3, all.subspan(count / 3));
        EXPECT_FALSE(std::filesystem::exists(path));
        writer.write(0, all.first(count / 3));
        writer.commit();
        EXPECT_EQ(read_npy(path), (Tensor{shape, values}));
        EXPECT_EQ((bytes().size() - count * sizeof(float)) % 64, 0U);  // numpy aligns values so
        std::filesystem::remove(path);
    }
}

TEST_F(Npy, WriterInsistsOnItsShape) {
    NpyWriter writer(path, {3});
    const std::vector<float> values = {1, 2, 3, 4};
    EXPECT_THROW(writer.write(0, values), std::logic_error);
    writer.write(0, std::span(values).first(2));
    EXPECT_THROW(writer.write(2, std::span(values).first(2)), std::logic_error);
    EXPECT_THROW(writer.write(3, std::span(values).first(1)), std::logic_error);
    EXPECT_THROW(writer.commit(), std::logic_error);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Npy, TruncatedAtAnyByteIsRefused) {
    write_npy(path, {4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    for (std::size_t length = std::filesystem::file_size(path); length-- > 0;) {
        std::filesystem::resize_file(path, length);
        expect_refused(reading(), std::to_string(length) + " bytes");
    }
    EXPECT_THROW(read_npy(folder.path()), base::Error);
    std::filesystem::remove(path);
    expect_refused(reading(), "a missing file", "no such file");
}

TEST_F(Npy, WithOneBitFlippedIsRefusedOrStillAnArrayOfTheSameSize) {
    write_npy(path, {4, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    for (std::size_t i = 0; i < std::filesystem::file_size(path); ++i) {
        flip(i);
        try {
            EXPECT_EQ(read_npy(path).values.size(), 8U) << "byte " << i;
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request);
            EXPECT_THAT(error.what(), HasSubstr(path.string()));
        }
        flip(i);
    }
}

TEST_F(Npy, NamesWhatIsWrong) {
    const std::string four = raw(std::vector<float>{1, 2, 3, 4});
    const auto expect = [&](const std::string& dictionary, const std::string& because) {
        replace(npy(dictionary, four));
        expect_refused(reading(), dictionary, because);
    };
    expect("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "'<c8'");
    expect("{'descr': '|f4', 'fortran_order': False, 'shape': (4,), }", "'|f4'");
    expect("{'descr': 'f4', 'fortran_order': False, 'shape': (4,), }", "'f4'");
    expect("{'descr': '', 'fortran_order': False, 'shape': (4,), }", "''");
    expect("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "it holds Python objects: '|O'");
    expect("{'descr': '<U3', 'fortran_order': False, 'shape': (4,), }", "it holds text: '<U3'");
    expect("{'descr': '|S16', 'fortran_order': False, 'shape': (1,), }", "astype('float64')");
    expect("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", "stack([a.real, a.imag], axis=-1)");
    expect("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,), }", "numpy.timedelta64(1, 's')");
    expect("{'descr': '<m8[s]', 'fortran_order': False, 'shape': (2,), }", "timedeltas");
    expect("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "convert them to doubles");
    expect("{'descr': '|V2', 'fortran_order': False, 'shape': (8,), }", "a.astype('float32')");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", "20 bytes");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "12 bytes");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "too large");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "too large");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }", "expected a length");
    expect("{'descr': '<f4', 'fortran_order': False, }", "missing");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'more': 1}", "'more'");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), } x", "after the dictionary");
    expect("'descr'", "expected '{'");
    expect("{'descr: ", "unterminated string");
    replace("PK\3\4 something else");
    expect_refused(reading(), "a zip file", "not a NPY file but an archive such as .npz");
    replace("\x80\4\x95 something else");
    expect_refused(reading(), "a pickle", "not a NPY file but a Python pickle");
    replace("x,y\n1,2\n");
    expect_refused(reading(), "a table", "not a NPY file");
    replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", four, 4));
    expect_refused(reading(), "version 4", "version 4.0");
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300}) {
        replace(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", raw(std::vector<double>{0, bad})));
        expect_refused(reading(), "a value that is not finite", "value 1");
    }
}

TEST_F(Npy, AsPython2WroteItIsRead) {
    replace(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L), }", raw(std::vector<float>{1, 2, 3, 4})));
    EXPECT_EQ(read_points(path), (Points{2, 2, {1, 2, 3, 4}}));
}

TEST_F(Npy, PointsThatAreNotFiniteAreLeftOutUnlessTheyBelongToParticles) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<double> rows = {1, 2, nan, 3, 4, 5, -infinity, nan, 6, 7, infinity, 8};
    const std::vector<float> kept = {1, 2, 4, 5, 6, 7};
    const auto expect_kept = [&](const std::string& values, const std::string& type, bool columns) {
        replace(
            npy("{'descr': '" + type + "', 'fortran_order': " + (columns ? "True" : "False") + ", 'shape': (6, 2), }",
                values));
        const PointFile read = read_npy_points(path);
        EXPECT_EQ(read.points, (Points{3, 2, kept})) << type;
        EXPECT_EQ(read.rows, 6U);
        EXPECT_EQ(read.first_left_out, 1U);
        EXPECT_THAT(read.notes("a.npy"),
                    testing::ElementsAre("a.npy: skipped 3 of 6 points with NaN or infinite values"));
        for (Points (*const read_rows)(const std::filesystem::path&) : {read_points, read_precise_points}) {
            expect_refused([&] { read_rows(path); }, "rows of particles",
                           "3 of 6 hold NaN or infinite values, the first is point 1; each row belongs to a particle");
        }
    };
    expect_kept(raw(rows), "<f8", false);
    expect_kept(raw(std::vector<float>(rows.begin(), rows.end())), "<f4", false);
    std::vector<double> columns;
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t i = 0; i < 6; ++i) columns.push_back(rows[2 * i + c]);
    }
    expect_kept(raw(columns), "<f8", true);
    // Halves: 1, NaN, an infinity.
    replace(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }",
                raw(std::vector<std::uint16_t>{0x3c00, 0x7e00, 0xfc00})));
    EXPECT_EQ(read_npy_points(path).points, (Points{1, 1, {1}}));
    replace(
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }", raw(std::vector<double>{nan, infinity})));
    expect_refused([&] { read_npy_points(path); }, "nothing finite", "none of its 2 points is finite; give points");
}

TEST_F(Npy, WithoutEndIsRefused) {
    expect_endless_refused(reading(), npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "1234"));
}

TEST_F(Npy, PointsNeedTwoAxes) {
    write_npy(path, {2, 2, 2}, std::vector<float>(8));
    expect_refused([&] { read_points(path); }, "rank 3", "3 axes");
    write_npy(path, {0, 2}, {});
    expect_refused([&] { read_points(path); }, "no points", "no points");
    write_npy(path, {}, std::vector<float>{1});
    expect_refused([&] { read_npy_points(path); }, "rank 0", "0 axes");
    write_npy(path, {3, 0}, {});
    expect_refused([&] { read_npy_points(path); }, "no coordinates", "no points");
}

}  // namespace
}  // namespace scorefield::data
