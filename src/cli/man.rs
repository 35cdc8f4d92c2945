use clap::{Args, CommandFactory};

use crate::cli::{Cli, output};
use crate::error::{Error, Result};

/// Print a manual page (roff).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenure man > /usr/local/share/man/man1/tenure.1
  tenure man run | man -l -
")]
pub struct Man {
    /// The page of one subcommand.
    command: Option<String>,
}

impl Man {
    pub fn run(self) -> Result<()> {
        let mut program = Cli::command();
        program.build();
        let command = match &self.command {
            None => &program,
            Some(name) => program.find_subcommand(name).ok_or_else(|| unknown(&program, name))?,
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone())
            .render(&mut page)
            .map_err(|error| Error::internal("rendering the manual page failed").because(error))?;
        output::write(page)
    }
}

fn unknown(program: &clap::Command, name: &str) -> Error {
    let names: Vec<&str> = program.get_subcommands().filter(|c| !c.is_hide_set()).map(|c| c.get_name()).collect();
    Error::usage(format!("there is no command `{name}`")).hint(format!("the commands are {}", names.join(", ")))
}
