dist_man_MANS += %D%/signalbox.yaml.5
