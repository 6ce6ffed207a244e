using System.Globalization;

namespace Ddpm.Data.Tests;

public sealed class TimeSeriesFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-series-");

    private string File => Path.Combine(folder.FullName, "data.csv");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Read_DatesAndGaps_GivesColumnsAndDays()
    {
        TimeSeries series = Read("date,\"temp, °C\",wind\r\n2015-01-01,1.50,3\r\n2015-01-02,,NaN\r\n2015-01-03, -2e0 ,na\r\n").Series;
        series.Columns.Should().Equal("temp, °C", "wind");
        (series.Kind, series.GapCount).Should().Be((TimeAxisKind.Date, 3));
        series.Values(0).ToArray().Should().Equal(1.5, double.NaN, -2);
        DateTime.FromOADate(series.Times[2]).Should().Be(new DateTime(2015, 1, 3));
    }

    [Theory]
    [InlineData("2015-01-31 06:00", "2015-01-31 07:00")]
    [InlineData("2015/01/31", "2015/02/01")]
    [InlineData("2015-01-31T06:00:00Z", "2015-01-31T06:00:00.5Z")]
    [InlineData("2015-01-31T06:00:00+02:00", "2015-01-31T05:00:00+00:00")]
    [InlineData("2015-01", "2015-02")]
    public void Read_KindsOfDates_Ascend(string first, string second)
    {
        Read($"t;x\n{first};1\n{second};2\n").Series.Kind.Should().Be(TimeAxisKind.Date);
    }

    [Fact]
    public void Read_UnderASystemWithDecimalCommas_ReadsPoints()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (commas.NumberFormat.NumberDecimalSeparator, commas.NumberFormat.NumberGroupSeparator) = (",", ".");
            CultureInfo.CurrentCulture = commas;
            Read("x\n1.5\n2.5\n").Series.Values(0).ToArray().Should().Equal(1.5, 2.5);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Read_WithoutDates_NumbersTheRowsOrTakesTheNamedColumn()
    {
        Read("s,x\n0.5,1\n0.75,2\n").Series.Columns.Should().Equal("s", "x");
        TimeSeries timed = Read("s,x\n0.5,1\n0.75,2\n", new TimeSeriesFileOptions { TimeColumn = "s" }).Series;
        (timed.Kind, timed.Times[1]).Should().Be((TimeAxisKind.Number, 0.75));
        timed.Columns.Should().Equal("x");
    }

    [Fact]
    public void Read_ChosenColumnsAndGapWords_LeavesOthersAlone()
    {
        var options = new TimeSeriesFileOptions { Columns = ["x"], GapWords = ["-999"] };
        TimeSeries series = Read("day,weather,x\n2015-01-01,sun,1\n2015-01-02,rain,-999\n", options).Series;
        series.Columns.Should().Equal("x");
        series.GapCount.Should().Be(1);
    }

    [Theory]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,\"1,5\"\n", "line 3, column 'x' must be a number with a decimal point*but is '1,5'")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,mild\n", "line 3, column 'x' must be a number*but is 'mild'")]
    [InlineData("date,x\n2015-01-01,inf\n", "line 2, column 'x' must be a number*'inf'")]
    [InlineData("date,x\n2015-01-02,1\n2015-01-01,2\n", "line 3, column 'date' must be later than '2015-01-02'*but is '2015-01-01'")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02\n", "must have 2 cells in every row, as its header has, but line 3 has 1")]
    [InlineData("date,x\n2015-01-01,\n", "must have a number in every column, but 'x' has gaps alone")]
    [InlineData("date,x\n", "at least one row beneath it, but has no row")]
    [InlineData("x,x\n1,2\n", "must have a header of different names")]
    [InlineData("date\n2015-01-01\n", "must have a column of numbers, but has times alone")]
    public void Read_WrongFiles_AreRefusedByPlace(string text, string message)
    {
        Action read = () => Read(text);
        read.Should().Throw<InvalidDataException>().WithMessage($"{File}*{message}*");
    }

    [Fact]
    public void Read_MissingColumns_AreNamed()
    {
        Action time = () => Read("a,b\n1,2\n", new TimeSeriesFileOptions { TimeColumn = "when" });
        time.Should().Throw<InvalidDataException>().WithMessage("*must have a column 'when', but has a, b.");
    }

    [Fact]
    public void LongIntervals_MissingRows_AreFound()
    {
        Read("d,x\n2015-01-01,1\n2015-01-02,1\n2015-01-03,1\n2015-01-07,1\n2015-01-08,1\n").LongIntervals().Should().Equal((5, 4.0));
    }

    [Fact]
    public void Write_Filled_KeepsEveryObservedCellAndAddsQuantiles()
    {
        const string text = "date,x,note\n2015-01-01,1.50,\"a, b\"\n2015-01-02,,c\n2015-01-03,003,\n";
        TimeSeriesFile file = Read(text, new TimeSeriesFileOptions { Columns = ["x"] });
        var filled = new FilledSeries(file.Series, 3, (_, _, sample) => sample - 1.23456);
        string to = Path.Combine(folder.FullName, "filled.csv"), samples = Path.Combine(folder.FullName, "samples.csv");
        FilledSeriesFile.Write(to, file, filled, [0.1, 0.9]);
        System.IO.File.ReadAllText(to).Should().Be(
            "date,x,x_q0.1,x_q0.9,note\n2015-01-01,1.50,,,\"a, b\"\n2015-01-02,-0.235,-1.235,0.765,c\n2015-01-03,003,,,\n");
        FilledSeriesFile.WriteSamples(samples, file, filled);
        System.IO.File.ReadAllText(samples).Should().Be("date,column,1,2,3\n2015-01-02,x,-1.235,-0.235,0.765\n");
    }

    private TimeSeriesFile Read(string text, TimeSeriesFileOptions? options = null)
    {
        System.IO.File.WriteAllText(File, text);
        return TimeSeriesFile.Read(File, options);
    }
}
