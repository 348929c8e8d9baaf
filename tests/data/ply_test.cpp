#include "data/ply.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/datasets.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

/// Bytes of a number in either order.
template <typename Number>
std::string raw(Number number, bool big_endian = false) {
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    if (big_endian) std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

/// Vertices as most programs write them: an element before them, lists, colours, faces behind.
const std::string kElements =
    "comment of the program\n"
    "element camera 2\nproperty float focus\nproperty list uchar short shape\n"
    "element vertex 3\nproperty float x\nproperty uchar red\nproperty list int double weights\n"
    "property double y\nproperty short z\n"
    "element face 1\nproperty list uchar int vertex_indices\n"
    "end_header\n";
const Points kPoints = {3, 3, {1, 2, 3, -0.5F, 0.25F, -7, 0, 1e10F, 32767}};

std::string ascii() {
    return "ply\nformat ascii 1.0\n" + kElements +
           "0.5 2 10 20\n"
           "0.75 0\n"
           "1 255 0 2 3\n"
           "-0.5 0 2 0.5 0.5 .25 -7\n"
           "+0 7 1 nan 1e10 32767\n"
           "3 0 1 2\n";
}

std::string binary(bool big) {
    std::string file = std::string("ply\nformat binary_") + (big ? "big" : "little") + "_endian 1.0\n" + kElements;
    file += raw(0.5F, big) + raw<std::uint8_t>(2) + raw<std::int16_t>(10, big) + raw<std::int16_t>(20, big);
    file += raw(0.75F, big) + raw<std::uint8_t>(0);
    for (std::size_t i = 0; i < 3; ++i) {
        file += raw(kPoints.values[3 * i], big) + raw<std::uint8_t>(200);
        file += raw(static_cast<std::int32_t>(i), big);
        for (std::size_t k = 0; k < i; ++k) file += raw(0.5, big);
        file += raw(static_cast<double>(kPoints.values[3 * i + 1]), big);
        file += raw(static_cast<std::int16_t>(kPoints.values[3 * i + 2]), big);
    }
    return file + raw<std::uint8_t>(3) + raw<std::int32_t>(0, big) + raw<std::int32_t>(1, big) +
           raw<std::int32_t>(2, big);
}

class Ply : public FileTest {
  protected:
    auto reading() const {
        return [this] { read_ply(path); };
    }
    /// A file of two vertices whose header and lines are as given.
    void expect(const std::string& header, const std::string& body, const std::string& because) const {
        replace("ply\nformat ascii 1.0\n" + header + "end_header\n" + body);
        expect_refused(reading(), header + body, because);
    }
};

TEST_F(Ply, IsTheSameInAllFormats) {
    for (const std::string& file : {ascii(), binary(false), binary(true)}) {
        replace(file);
        EXPECT_EQ(read_ply(path).points, kPoints);
    }
}

TEST_F(Ply, MayHaveLinesAsOnWindows) {
    std::string text;
    for (const char letter : ascii()) text += letter == '\n' ? std::string("\r\n") : std::string(1, letter);
    replace(text);
    EXPECT_EQ(read_ply(path).points, kPoints);
}

TEST_F(Ply, HasNumbersOfEveryType) {
    for (const bool big : {false, true}) {
        const std::string start =
            std::string("ply\nformat binary_") + (big ? "big" : "little") + "_endian 1.0\nelement vertex 1\n";
        const auto expect_type = [&](const std::string& name, const std::string& bytes, float value) {
            replace(start + "property " + name + " z\nproperty " + name + " y\nproperty " + name + " x\nend_header\n" +
                    bytes + bytes + bytes);
            EXPECT_EQ(read_ply(path).points, (Points{1, 3, {value, value, value}})) << name;
        };
        expect_type("char", raw<std::int8_t>(-100), -100);
        expect_type("int8", raw<std::int8_t>(-100), -100);
        expect_type("uchar", raw<std::uint8_t>(200), 200);
        expect_type("uint8", raw<std::uint8_t>(200), 200);
        expect_type("short", raw<std::int16_t>(-30'000, big), -30'000);
        expect_type("int16", raw<std::int16_t>(-30'000, big), -30'000);
        expect_type("ushort", raw<std::uint16_t>(60'000, big), 60'000);
        expect_type("uint16", raw<std::uint16_t>(60'000, big), 60'000);
        expect_type("int", raw<std::int32_t>(-70'000, big), -70'000);
        expect_type("int32", raw<std::int32_t>(-70'000, big), -70'000);
        expect_type("uint", raw<std::uint32_t>(3'000'000'000, big), 3e9F);
        expect_type("uint32", raw<std::uint32_t>(3'000'000'000, big), 3e9F);
        expect_type("float", raw(1.5F, big), 1.5F);
        expect_type("float32", raw(1.5F, big), 1.5F);
        expect_type("double", raw(0.25, big), 0.25F);
        expect_type("float64", raw(0.25, big), 0.25F);
    }
}

TEST_F(Ply, KeepsTheDigitsOfDoublesFarFromZero) {
    // As of a map: float32 is 0.5 apart there.
    const std::string axes = "property double x\nproperty double y\nproperty double z\nend_header\n";
    replace("ply\nformat ascii 1.0\nelement vertex 2\n" + axes + "500000 5400000.125 10\n500000 5400000.375 20\n");
    EXPECT_EQ(read_ply(path).points, (Points{2, 3, {0, -0.125F, -5, 0, 0.125F, 5}, {}, {500'000, 5'400'000.25, 15}}));
}

TEST_F(Ply, TruncatedAtAnyByteIsRefusedUnlessItsVerticesAreWhole) {
    for (const std::string& file : {ascii(), binary(false), binary(true)}) {
        // Faces may be cut short; the last digits of a text's last vertex may be missing without notice.
        const std::size_t faces = file.starts_with("ply\nformat ascii") ? std::string("2767\n3 0 1 2\n").size() : 13;
        replace(file);
        for (std::size_t length = file.size(); length-- > 0;) {
            std::filesystem::resize_file(path, length);
            if (length + faces < file.size()) {
                expect_refused(reading(), std::to_string(length) + " bytes");
            } else {
                EXPECT_EQ(read_ply(path).points.count, 3U) << length;
            }
        }
    }
}

TEST_F(Ply, WithOneBitFlippedIsRefusedOrHoldsFinitePoints) {
    for (const std::string& file : {ascii(), binary(false), binary(true)}) {
        replace(file);
        for (std::size_t i = 0; i < file.size(); ++i) {
            flip(i);
            try {
                const Points points = read_ply(path).points;
                EXPECT_EQ(points.values.size(), points.dim * points.count);
                EXPECT_TRUE(points.dim == 2 || points.dim == 3);
                EXPECT_TRUE(std::ranges::all_of(points.values, [](float value) { return std::isfinite(value); }));
            } catch (const base::Error& error) {
                EXPECT_EQ(error.fault(), base::Fault::request);
                EXPECT_THAT(error.what(), testing::HasSubstr(path.string()));
            }
            flip(i);
        }
    }
}

TEST_F(Ply, NamesWhatIsWrong) {
    const std::string xyz = "property float x\nproperty float y\nproperty float z\n";
    const std::string two = "element vertex 2\n" + xyz;
    expect(two, "1 2 3\n4.00 5\n", "vertex 1): a value is missing");
    expect(two, "1 2 3 4\n5 6 7\n", "vertex 0): it has more values");
    expect(two, "1 2 3\n4 five 6\n", "vertex 1): 'five' is not a number");
    expect(two, "1 2 3\n4 5x 6\n", "'5x' is not a number");
    expect(two, "1 2 nan\n4 5 nan\n", "none of its 2 points is finite");
    expect(two, "1 2 3\n4 1e39 6\n", "vertex 1): y overflows float32");
    expect(two, "1 2 3\n4 1e999 6\n", "vertex 1): y overflows float32");
    expect(two, "1 2 3\n4 5,5 6\n", "vertex 1): '5,5' has a decimal comma; write numbers with a decimal point: 5.5");
    expect(two, "1 2 3\n\n", "too short for its 2 vertices");
    expect(two, "1 2 33333\n\n", "vertex 1): the file ends before it");
    expect("element vertex 18446744073709551615\n" + xyz, "1 2 3\n", "too short for its");
    expect("element vertex 99999999999999999999\n" + xyz, "1 2 3\n", "line 3): '99999999999999999999' is not a number");
    expect("element vertex -1\n" + xyz, "1 2 3\n", "'-1' is not a number");
    expect("element vertex 0\n" + xyz, "", "no vertices");
    expect("element face 1\nproperty int a\n", "1\n", "no vertices");
    expect("", "", "no vertices");
    expect("element vertex 2\nproperty float x\nproperty float y\nproperty list int int z\n", "1 2 0\n3 4 0\n",
           "no coordinate z");
    expect("element vertex 2\nproperty float x\nproperty float z\n", "1 2\n3 4\n", "no coordinate y");
    expect("element vertex 2\nproperty list uchar float x\nproperty float y\nproperty float z\n", "0 1 2\n0 3 4\n",
           "no coordinate x");
    expect("element vertex 2\n", "1\n2\n", "no coordinate x");
    expect("element vertex 2\nproperty float x\nproperty int x\n", "1 2\n", "no coordinate y");
    expect("element vertex 2\nproperty float\n", "1 2\n", "line 4): expected 'property TYPE NAME'");
    expect("element vertex 2\nproperty list uchar float\n", "1 2\n", "line 4): expected 'property TYPE NAME'");
    expect("element vertex\n", "1\n", "line 3): expected 'element NAME COUNT'");
    expect("format ascii 1.0\n", "1\n", "line 3): the format comes twice");
    expect("element vertex 2\nproperty quarter x\n", "1\n",
           "the type 'quarter' is unknown; known: char, uchar, short, ushort, int, uint, int64, uint64, half, float");
    expect("element a 1\nproperty list float int b\n" + two, "1.5 1\n1 2 3\n4 5 6\n", "'b' cannot have 1.5 values");
    expect("property float x\n", "1\n", "before the first element");
    expect("vertices 2\n", "1\n", "'vertices' is unknown");
    expect("element a 1\nproperty list int int b\n" + two, "-1\n1 2 3\n4 5 6\n", "a 0): the list 'b' cannot have -1");
    expect("element a 1\nproperty list int int b\n" + two, "3 1 2\n1 2 3\n4 5 6\n", "a 0): a value is missing");
    replace("ply\nformat ascii 1.0\nelement vertex 2\n");
    expect_refused(reading(), "an endless header", "header does not end");
    replace("ply\nformat ascii 2.0\nend_header\n");
    expect_refused(reading(), "version 2", "line 2): format version '2.0' is unknown, expected 'format … 1.0'");
    replace("ply\nformat ascii\nend_header\n");
    expect_refused(reading(), "no version", "expected 'format … 1.0'");
    replace("ply\nformat binary 1.0\nend_header\n");
    expect_refused(reading(), "no order of bytes", "'binary' is unknown");
    replace("ply\ncomment without a format\nelement vertex 1\n" + xyz + "end_header\n1 2 3\n");
    expect_refused(reading(), "no format", "no line 'format … 1.0'");
    for (const char* start : {"plyx\n", "ply 1\n", "pl\n", "\n", "\xEF\xBB\xBF"}) {
        replace(start + std::string("format ascii 1.0\nelement vertex 1\n") + xyz + "end_header\n1 2 3\n");
        expect_refused(reading(), start, "not a PLY file");
    }
    replace("solid\n1 2 3\n");
    expect_refused(reading(), "another file", "not a PLY file");
    replace("");
    expect_refused(reading(), "an empty file", "not a PLY file");
    std::filesystem::remove(path);
    expect_refused(reading(), "a missing file", "no such file");
}

TEST_F(Ply, WithListsLongerThanTheFileIsRefused) {
    replace("ply\nformat binary_little_endian 1.0\nelement a 1\nproperty list uint double b\n" + kElements +
            raw<std::uint32_t>(0xffff'ffff) + std::string(200, '\0'));
    expect_refused(reading(), "a long list", "a 0): the file ends within it");
}

TEST_F(Ply, TinyNumbersAreZero) {
    replace(
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty double z\n"
        "end_header\n1e-999 -1e-60 2");
    EXPECT_EQ(read_ply(path).points, (Points{1, 3, {0, 0, 2}}));
}

TEST_F(Ply, WithoutEndIsRefused) {
    expect_endless_refused(reading(), ascii());
}

TEST_F(Ply, IsADataSetWithAMeanPerCoordinate) {
    const std::filesystem::path cloud = folder / "cloud.Ply";
    replace(
        "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n"
        "end_header\n1 20 5\n3 40 5\n");
    std::filesystem::rename(path, cloud);
    const auto dataset = open_dataset(cloud.string());
    EXPECT_EQ(dataset->dim(), 3U);
    // The third coordinate is constant.
    EXPECT_THAT(dataset->scaling().mean, testing::ElementsAre(2, 30, 5));
    const auto common = testing::DoubleEq(std::sqrt((1 + 100) / 2.0));
    EXPECT_THAT(dataset->scaling().deviation, testing::ElementsAre(common, common, 0));
}

}  // namespace
}  // namespace scorefield::data
