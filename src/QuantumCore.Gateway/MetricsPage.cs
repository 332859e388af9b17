using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace QuantumCore.Gateway;

/// <summary>
/// Everything the meters named <c>QuantumCore.*</c> measure, as Prometheus text. Sums since the start of the
/// process; at most <see cref="MostSeries"/> combinations of labels per instrument.
/// </summary>
public sealed class MetricsPage : IDisposable
{
    /// <summary>Series kept per instrument; more are counted into none.</summary>
    public const int MostSeries = 1000;

    /// <summary>The unit of what is measured in whole microseconds; it is shown in seconds.</summary>
    private const string Microseconds = "us";

    private static readonly double[] s_bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> _families = new();

    // Whoever asks takes away what was measured for the one before.
    private readonly Lock _asking = new();

    public MetricsPage()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("QuantumCore.", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, new Family(instrument)));
        };
        // An instrument whose meter ends while it is asked comes without its family.
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => (family as Family)?.Add(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => (family as Family)?.Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => (family as Family)?.Add(value, tags));
        _listener.Start();
    }

    /// <summary>The page.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        lock (_asking)
        {
            foreach (var family in _families.Values)
                family.Ask();
            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
                family.Write(text);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Up to two labels; those beyond are left out.</summary>
    private readonly record struct Labels(string? Name1, string? Value1, string? Name2, string? Value2)
    {
        public static Labels Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(
            tags.Length > 0 ? tags[0].Key : null,
            tags.Length > 0 ? tags[0].Value?.ToString() : null,
            tags.Length > 1 ? tags[1].Key : null,
            tags.Length > 1 ? tags[1].Value?.ToString() : null);

        public string Text(string? bound = null)
        {
            var parts = new List<string>(3);
            if (Name1 is not null)
                parts.Add($"{Clean(Name1)}=\"{Escape(Value1)}\"");
            if (Name2 is not null)
                parts.Add($"{Clean(Name2)}=\"{Escape(Value2)}\"");
            if (bound is not null)
                parts.Add($"le=\"{bound}\"");
            return parts.Count == 0 ? "" : "{" + string.Join(',', parts) + "}";
        }

        private static string Escape(string? value) => (value ?? "")
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
    }

    /// <summary>One instrument with its series.</summary>
    private sealed class Family
    {
        private readonly ConcurrentDictionary<Labels, Series> _series = new();
        private readonly string _type;
        private readonly string _help;
        private readonly bool _isAsked;
        private readonly bool _replaces;
        private readonly bool _isLevel;
        private readonly double _unit;

        public Family(Instrument instrument)
        {
            var kind = instrument.GetType().Name;
            var isHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
            var isCounter = kind.StartsWith("Counter", StringComparison.Ordinal)
                || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);
            _type = isHistogram ? "histogram" : isCounter ? "counter" : "gauge";
            _isAsked = instrument.IsObservable;
            _replaces = _isAsked || kind.StartsWith("Gauge", StringComparison.Ordinal);
            _isLevel = kind.StartsWith("UpDownCounter", StringComparison.Ordinal);
            Name = Clean(instrument.Name) + (isCounter ? "_total" : "");
            _unit = instrument.Unit == Microseconds ? 1e-6 : 1;
            _help = instrument.Description ?? instrument.Name;
        }

        public string Name { get; }

        /// <summary>It is about to be measured: what is not measured any more is not shown any more.</summary>
        public void Ask()
        {
            if (_isAsked)
                _series.Clear();
        }

        public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = Labels.Of(tags);
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= MostSeries)
                    return;
                series = _series.GetOrAdd(labels, new Series());
            }

            series.Add(value * _unit, _replaces, _type == "histogram");
        }

        public void Write(StringBuilder to)
        {
            to.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_help}\n# TYPE {Name} {_type}\n");
            // A level that nothing has moved yet is 0, and not unknown.
            if (_isLevel && _series.IsEmpty)
                to.Append(CultureInfo.InvariantCulture, $"{Name} 0\n");
            // Copied as one: what sorts a collection takes its size first, and throws when there is more of it by then.
            foreach (var (labels, series) in _series.ToArray().OrderBy(pair => pair.Key.Text(), StringComparer.Ordinal))
                series.Write(to, Name, labels, _type == "histogram");
        }
    }

    /// <summary>One line, or the lines of one histogram.</summary>
    private sealed class Series
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[s_bounds.Length + 1];
        private double _sum;

        public void Add(double value, bool replaces, bool isHistogram)
        {
            lock (_lock)
            {
                _sum = replaces ? value : _sum + value;
                if (isHistogram)
                    _buckets[Bucket(value)]++;
            }
        }

        public void Write(StringBuilder to, string name, Labels labels, bool isHistogram)
        {
            lock (_lock)
            {
                if (!isHistogram)
                {
                    to.Append(CultureInfo.InvariantCulture, $"{name}{labels.Text()} {_sum}\n");
                    return;
                }

                var count = 0L;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    count += _buckets[i];
                    var bound = i < s_bounds.Length ? s_bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    to.Append(CultureInfo.InvariantCulture, $"{name}_bucket{labels.Text(bound)} {count}\n");
                }

                to.Append(CultureInfo.InvariantCulture, $"{name}_sum{labels.Text()} {_sum}\n");
                to.Append(CultureInfo.InvariantCulture, $"{name}_count{labels.Text()} {count}\n");
            }
        }

        private static int Bucket(double value)
        {
            var i = Array.BinarySearch(s_bounds, value);
            return i < 0 ? ~i : i;
        }
    }

    private static string Clean(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
}
