dist_man_MANS += %D%/signalbox.1 %D%/signalbox.yaml.5 \
	%D%/signalbox-events.5 %D%/signalbox-themes.5
