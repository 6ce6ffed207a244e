namespace Ddpm.Data;

/// <summary>Names what the times of a <see cref="TimeSeries"/> are.</summary>
public enum TimeAxisKind
{
    /// <summary>The numbers of the rows, from 1.</summary>
    RowNumber,

    /// <summary>Numbers of the data, such as seconds.</summary>
    Number,

    /// <summary>Dates, as days since 1899-12-30 (<see cref="DateTime.ToOADate"/>), the number that plots place.</summary>
    Date,
}
