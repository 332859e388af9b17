namespace QuantumCore.Bench.Scale;

/// <summary>
/// Orders on their way through a cluster, event by event: the process that was asked, the account's silo, its commit, the book's silo, its
/// turn, its commit, the answer; and behind them fills that are told and the history. Times of work are drawn from a seed, exponentially around
/// their means. A database that is slower than what comes makes commits larger, a silo's processors make everything wait.
/// </summary>
internal sealed class ClusterSimulation
{
    // As the journal's writer does it.
    private const int MostRecords = 4_096;

    // The ledger's work is cut into pieces, so that it does not keep a processor from everybody else for a whole batch.
    private const int HistoryPiece = 16;

    private readonly EventQueue _events = new();
    private readonly Random _random;
    private readonly ClusterCosts _costs;
    private readonly ClusterShape _shape;
    private readonly Station[] _silos;
    private readonly Station[] _databases;
    private readonly Station[] _books;
    private readonly Writer[,] _writers;
    private readonly int[] _behind;
    private readonly List<long> _answers = [];
    private long _projected;

    private ClusterSimulation(ClusterCosts costs, ClusterShape shape, int seed)
    {
        (_costs, _shape, _random) = (costs, shape, new Random(seed));
        _silos = Stations(shape.Silos, shape.Processors);
        _databases = Stations(shape.Journals, shape.Processors);
        _books = Stations(shape.Symbols, 1);
        _behind = new int[shape.Journals];
        _writers = new Writer[shape.Silos, shape.Journals];
        for (var silo = 0; silo < shape.Silos; silo++)
        {
            for (var journal = 0; journal < shape.Journals; journal++)
                _writers[silo, journal] = new Writer(this, _databases[journal]);
        }
    }

    /// <summary>So many simulated milliseconds, after a quarter of it to get going.</summary>
    public static ClusterOutcome Run(ClusterCosts costs, ClusterShape shape, int seed, int milliseconds)
    {
        var simulation = new ClusterSimulation(costs, shape, seed);
        var (start, length) = (milliseconds * 250_000L, milliseconds * 1_000_000L);
        for (var caller = 0; caller < shape.Silos * shape.Callers; caller++)
            simulation.Order(caller % shape.Silos);
        simulation._events.RunUntil(start);
        var (answered, projected) = (simulation._answers.Count, simulation._projected);
        simulation._events.RunUntil(start + length);
        return simulation.Outcome(answered, simulation._projected - projected, length);
    }

    private Station[] Stations(int count, int servers) => [.. Enumerable.Range(0, count).Select(_ => new Station(_events, servers))];

    private ClusterOutcome Outcome(int before, long projected, long nanos)
    {
        var answers = _answers.Skip(before).Order().ToArray();
        var (fullest, what) = new[]
        {
            (_silos.Max(silo => silo.BusyPercent), "a silo's processors"),
            (_databases.Max(database => database.BusyPercent), "a database"),
            (_books.Max(book => book.BusyPercent), "the busiest book"),
        }.MaxBy(station => station.Item1);
        long Share(int percent) => answers.Length == 0 ? 0 : answers[(int)((long)(answers.Length - 1) * percent / 100)] / 1_000;
        return new ClusterOutcome(
            answers.Length * 1_000_000_000L / nanos, projected * 1_000_000_000L / nanos, Share(50), Share(99), what, fullest);
    }

    private long Draw(long mean) => (long)(-Math.Log(1 - _random.NextDouble()) * mean);

    private void Work(int silo, long mean, Action then) => _silos[silo].Serve(Draw(mean), then);

    /// <summary>A call from one silo to another, one way; nothing where they are the same.</summary>
    private void Hop(int from, int to, Action then)
    {
        if (from == to)
            then();
        else
            Work(from, _costs.Hop / 4, () => _events.After(_costs.Network, () => Work(to, _costs.Hop / 4, then)));
    }

    /// <summary>A customer's next order, and after its answer the one after that.</summary>
    private void Order(int gateway)
    {
        var (account, symbol) = (_random.Next(_shape.Silos), NextSymbol());
        var (book, began) = (symbol % _shape.Silos, _events.Now);
        Work(gateway, _costs.Edge / 2, () => Hop(gateway, account, () => Work(account, _costs.Account, () =>
            _writers[account, _random.Next(_shape.Journals)].Append(() => Hop(account, gateway, () => Hop(gateway, book, () => Turn(symbol, book, () =>
                _writers[book, symbol % _shape.Journals].Append(() =>
                {
                    Tell(book, symbol);
                    Hop(book, gateway, () => Work(gateway, _costs.Edge / 2, () =>
                    {
                        _answers.Add(_events.Now - began);
                        Order(gateway);
                    }));
                }))))))));
    }

    private int NextSymbol() => _random.Next(100) < _shape.HotPercent ? 0 : _random.Next(_shape.Symbols);

    /// <summary>A book's turn, in which it waits for a processor of its silo too.</summary>
    private void Turn(int symbol, int silo, Action then) => _books[symbol].Enter(leave => Work(silo, _costs.Book, () =>
    {
        leave();
        then();
    }));

    /// <summary>What follows an order that is durable, and nobody waits for.</summary>
    private void Tell(int book, int symbol)
    {
        var maker = _random.Next(_shape.Silos);
        Hop(book, maker, () => Work(maker, _costs.Deliver, static () => { }));
        if (_behind[symbol % _shape.Journals]++ == 0)
            Project(symbol % _shape.Journals);
    }

    /// <summary>The ledger of a journal, a piece after the other.</summary>
    private void Project(int journal)
    {
        var piece = Math.Min(_behind[journal], HistoryPiece);
        Work(journal % _shape.Silos, piece * _costs.History, () => _databases[journal].Serve(piece * _costs.Rows, () =>
        {
            _projected += piece;
            if ((_behind[journal] -= piece) > 0)
                Project(journal);
        }));
    }

    /// <summary>A silo's writer of one journal: one commit at a time, with all that has come meanwhile.</summary>
    private sealed class Writer(ClusterSimulation simulation, Station database)
    {
        private List<Action> _waiting = [];
        private bool _commits;

        public void Append(Action durable)
        {
            _waiting.Add(durable);
            if (!_commits)
                Commit();
        }

        private void Commit()
        {
            var frame = _waiting.Count <= MostRecords ? _waiting : _waiting[..MostRecords];
            _waiting = _waiting[frame.Count..];
            _commits = true;
            database.Serve(simulation._costs.Frame + (frame.Count * simulation._costs.Record), () => simulation._events.After(simulation._costs.Commit, () =>
            {
                _commits = false;
                foreach (var durable in frame)
                    durable();
                if (!_commits && _waiting.Count > 0)
                    Commit();
            }));
        }
    }
}
