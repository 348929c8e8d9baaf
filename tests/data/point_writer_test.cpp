#include "data/point_writer.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "data/npy.hpp"
#include "data/ply.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::data {
namespace {

class PointWriting : public testing::Test {
  protected:
    const base::ScratchFolder folder;

    /// The file of these pieces.
    std::filesystem::path written(const std::string& name, const std::vector<Points>& pieces, Precision precision) {
        std::size_t count = 0;
        for (const Points& piece : pieces) count += piece.count;
        const auto writer = open_point_writer(folder / name, count, pieces.front().dim, precision);
        for (const Points& piece : pieces) writer->write(piece);
        writer->commit();
        return folder / name;
    }
};

TEST_F(PointWriting, KeepsPiecesInTheirOrderInEveryKindOfFile) {
    const Points first = {2, 3, {1, -2, 0.1F, 4, 5, 1e-30F}};
    const Points second = {1, 3, {7, 8, 9}};
    const std::vector<float> all = {1, -2, 0.1F, 4, 5, 1e-30F, 7, 8, 9};
    EXPECT_EQ(read_points(written("a.npy", {first, second}, Precision::single)).values, all);
    EXPECT_EQ(read_ply(written("a.PLY", {first, second}, Precision::single)).points.values, all);
    std::ostringstream text;
    text << std::ifstream(written("a.csv", {first, second}, Precision::single)).rdbuf();
    EXPECT_EQ(text.str(), "1,-2,0.1\n4,5,1e-30\n7,8,9\n");
}

TEST_F(PointWriting, PutsPointsOfTheLineAndThePlaneIntoSpaceAndReadsThemBack) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(-5, 5);
    for (const std::size_t dim : {1U, 2U, 3U}) {
        for (const std::size_t count : {1U, 2U, 57U}) {
            Points points = {count, dim, {}};
            for (std::size_t i = 0; i < count * dim; ++i) points.values.push_back(uniform(random));
            for (const Precision precision : {Precision::single, Precision::twofold}) {
                const std::filesystem::path path = written("cloud.ply", {points}, precision);
                const PointFile read = read_ply(path);
                EXPECT_EQ(read.points, points) << dim << " " << count;
                EXPECT_THAT(read.notes(path), testing::IsEmpty());
                // Three numbers for each vertex, as other programs want it.
                std::ostringstream text;
                text << std::ifstream(path).rdbuf();
                const std::string& bytes = text.str();
                const std::size_t each = precision == Precision::single ? 12 : 24;
                EXPECT_EQ(bytes.size() - bytes.find("end_header\n") - 11, count * each);
            }
        }
    }
    // Constant, yet a coordinate.
    const Points flat = {2, 3, {1, 2, 0, 3, 4, 0}};
    EXPECT_EQ(read_ply(written("flat.ply", {flat}, Precision::single)).points, flat);
}

TEST_F(PointWriting, KeepsInDoublePrecisionWhatFloat32CannotHold) {
    // 2³⁰ + ¼ and 2³⁰ − ¼: float32 has neither.
    const Points points = {2, 1, {0.25F, -0.25F}, {}, {1073741824.0}};
    const Points read = read_precise_points(written("far.npy", {points}, Precision::twofold));
    ASSERT_EQ(read.count, 2U);
    EXPECT_EQ(read.values[0] - read.values[1], 0.5F);
    std::ostringstream text;
    text << std::ifstream(written("far.csv", {points}, Precision::twofold)).rdbuf();
    EXPECT_EQ(text.str(), "1073741824.25\n1073741823.75\n");
}

TEST_F(PointWriting, LeavesNothingWithoutCommit) {
    for (const std::string name : {"a.npy", "a.ply", "a.csv"}) {
        const auto writer = open_point_writer(folder / name, 2, 1, Precision::single);
        writer->write({1, 1, {1}});
        EXPECT_THROW(writer->commit(), std::logic_error) << name;
        EXPECT_THROW(writer->write({2, 1, {1, 2}}), std::logic_error) << name;
        EXPECT_FALSE(std::filesystem::exists(folder / name));
    }
    EXPECT_THROW(open_point_writer(folder / "nowhere" / "a.csv", 1, 1, Precision::single), base::Error);
}

TEST(PointFileEnding, IsKnownInUpperAndLowerCase) {
    EXPECT_EQ(point_file_ending("a/b.NPY"), ".npy");
    EXPECT_EQ(point_file_ending("b.Ply"), ".ply");
    EXPECT_EQ(point_file_ending("b.csv"), ".csv");
    EXPECT_EQ(point_file_ending("b.png"), "");
    EXPECT_EQ(point_file_ending("npy"), "");
}

}  // namespace
}  // namespace scorefield::data
