//! What the operating system says of this process; nothing where it has no `/proc`.

/// Ticks of the processor in a second (`USER_HZ`): 100 wherever Linux runs.
const TICKS: f64 = 100.0;
/// Fields of `/proc/self/stat` after the name of the program, counted from 0: ticks in user and in kernel mode.
const USER: usize = 11;
const KERNEL: usize = 12;

/// What there is to know now.
#[derive(Debug, Default)]
pub(super) struct ProcessFigures {
    /// Bytes that are resident.
    pub(super) memory: Option<f64>,
    /// Seconds of the processor.
    pub(super) cpu: Option<f64>,
    /// Open files and connections.
    pub(super) descriptors: Option<f64>,
}

/// Looks.
pub(super) fn look() -> ProcessFigures {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let open = std::fs::read_dir("/proc/self/fd").ok();
    ProcessFigures {
        memory: resident(&read("/proc/self/status")),
        cpu: seconds(&read("/proc/self/stat")),
        descriptors: open.and_then(|open| u32::try_from(open.count()).ok()).map(f64::from),
    }
}

fn resident(status: &str) -> Option<f64> {
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"))?;
    Some(kibibytes.trim().parse::<f64>().ok()? * 1024.0)
}

fn seconds(stat: &str) -> Option<f64> {
    // The name may hold anything, spaces and brackets too.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((number(USER)? + number(KERNEL)?) / TICKS)
}
